import { z } from 'zod';
import { MirrorError } from '../../errors';
import { ambiguousRule, isAmbiguous } from '../../given-address';
import { certificateBlocks, certificateHint, noCertificate } from './certificates';
import { isPath, pathRule } from './file-path';
import { renamedField } from './renamed-fields';
import { isUrl, isWebAddress, webPattern } from './web-address';

const notParsed = 'is not a valid URL: check its host and port, and escape special characters in a password';

const isClear = (text: string) => !isAmbiguous(text);

/** An address that apt reads. */
export const address = z
  .string()
  .regex(/^(https?:\/\/[^\s"'\\/?#]|file:\/\/)[^\s"'\\]*$/, {
    error: 'must be an http, https or file URL',
    abort: true,
  })
  .refine(isUrl, { error: notParsed, abort: true })
  .refine(isClear, ambiguousRule);
const webAddress = (example: string) =>
  z
    .string()
    .regex(webPattern, { error: `must be an http or https URL, such as ${example}`, abort: true })
    .refine(isUrl, { error: notParsed, abort: true })
    .refine(isClear, ambiguousRule);
const streamRule = 'must be daily, releases, or the http or https URL of a stream';
const base64 = z.base64().min(1);
const certificates = z.string().regex(/^-----BEGIN CERTIFICATE-----/m, 'must be certificates in PEM format');

/** Where images and packages come from, and the keyrings to verify them. The public sources are the default. */
export const Sources = z.strictObject(
  {
    stream: z
      // Without `abort`, the union would give the fault of its second member as its own.
      .union(
        [
          z.enum(['daily', 'releases']),
          z.string().regex(webPattern, { abort: true }).refine(isWebAddress, { abort: true }),
        ],
        { error: ({ input }) => (isAmbiguous(String(input)) ? ambiguousRule : streamRule) },
      )
      .default('daily')
      .describe('Stream of cloud images: daily, releases, or the URL of another simplestreams mirror'),
    /** Binary keyring of the stream, in base64. @default - Ubuntu's cloud-image keyring */
    streamKeyringData: base64.optional(),
    archive: address
      .optional()
      .describe(
        "Package archive for amd64 and i386; default: Ubuntu's; for Debian, the sources in the machine's apt configuration, else Debian's",
      ),
    ports: address.optional().describe("Package archive for the other architectures; default: Ubuntu's"),
    /** Binary keyring of both archives, in base64. @default - the one inside the image */
    archiveKeyringData: base64.optional(),
    snapshot: z
      .string()
      .regex(/^\d{8}T\d{6}Z$/, 'must be a time, such as 20261120T000000Z')
      .refine(isTime, 'is not a valid date and time')
      .optional()
      .describe('Use the archive as of this time: 20261120T000000Z; default: the current archive'),
    snapshots: address.default('https://snapshot.ubuntu.com').describe('Base URL of the snapshot service'),
    ppas: webAddress('https://ppa.launchpadcontent.net')
      .default('https://ppa.launchpadcontent.net')
      .describe('Base URL of the PPA archive'),
    launchpad: webAddress('https://api.launchpad.net')
      .default('https://api.launchpad.net')
      .describe("URL of Launchpad's API, which provides the keys of PPAs"),
    proxy: webAddress('http://proxy.example:3128')
      .optional()
      .describe('HTTP proxy for all sources; default: from the environment'),
    /** Additional CA certificates, PEM. */
    caData: certificates.optional(),
  },
  { error: renamedField },
);
export type Sources = z.infer<typeof Sources>;

const filePath = z.string().refine(isPath, pathRule);

/** The same for mirror.yaml, with files instead of their contents. */
export const SourcesInFiles = Sources.omit({ streamKeyringData: true, archiveKeyringData: true, caData: true }).extend({
  streamKeyring: filePath.optional().describe("File: keyring of the stream; default: Ubuntu's"),
  archiveKeyring: filePath.optional().describe('File: keyring of the archives; default: the one in the image'),
  ca: filePath.optional().describe('File: additional CA certificates (PEM)'),
});

function isTime(text: string): boolean {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const time = Date.parse(iso);
  return !Number.isNaN(time) && new Date(time).toISOString() === iso;
}

/**
 * The certificates in a file named by `ca` or `--ca`.
 * @throws BadInput (misuse) naming the file, if it contains no certificate
 */
export function certificatesIn(bytes: Buffer, file: string): string {
  const found = certificateBlocks(bytes.toString('utf8'));
  if (found !== undefined) return found;
  throw new MirrorError('BadInput', `the file ${file} ${noCertificate}`, { hint: certificateHint, misuse: true });
}

/** Base address of the stream. */
export function streamAddress({ stream }: Sources): string {
  return stream === 'daily' || stream === 'releases' ? `https://cloud-images.ubuntu.com/${stream}/` : stream;
}
