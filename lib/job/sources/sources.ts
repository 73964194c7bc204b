import { z } from 'zod';
import { checked } from '../checked';

/** Quotes would end a setting of apt. */
export const address = z.string().regex(/^(https?|file):\/\/[^\s"'\\]+$/, 'an http, https or file address');
const webAddress = (example: string) =>
  z.string().regex(/^https?:\/\/[^\s"'\\]+$/, `an http or https address like ${example}`);
const base64 = z.base64().min(1);
const certificates = z.string().regex(/^-----BEGIN CERTIFICATE-----/m, 'certificates in PEM');

/** Where everything comes from, and whose signatures count. Every source has the public one as its default. */
export const Sources = z.strictObject({
  /** Stream of cloud images: `daily`, `releases`, or the address of another simplestreams mirror. */
  stream: z
    .union([z.enum(['daily', 'releases']), webAddress('https://cloud-images.ubuntu.com/daily/')], {
      error: 'daily, releases, or the http or https address of a stream',
    })
    .default('daily'),
  /** Binary keyring of the stream, in base64. @default - Ubuntu's cloud-image keyring */
  streamKeyringData: base64.optional(),
  /** Archive of amd64 and i386. @default - http://archive.ubuntu.com/ubuntu; of Debian what this machine's apt takes */
  archive: address.optional(),
  /** Archive of the other architectures. @default - http://ports.ubuntu.com/ubuntu-ports */
  ports: address.optional(),
  /** Binary keyring of both archives, in base64. @default - the one inside the image */
  archiveKeyringData: base64.optional(),
  /** A moment whose archive is wanted, `20261120T000000Z`. @default - the archive as it is */
  snapshot: z
    .string()
    .regex(/^\d{8}T\d{6}Z$/, 'a time like 20261120T000000Z')
    .refine(isTime, 'there is no such day or time')
    .optional(),
  /** Where snapshots lie. */
  snapshots: address.default('https://snapshot.ubuntu.com'),
  /** Where the packages of PPAs lie. */
  ppas: webAddress('https://ppa.launchpadcontent.net').default('https://ppa.launchpadcontent.net'),
  /** Launchpad's API, which knows the keys of PPAs. */
  launchpad: webAddress('https://api.launchpad.net').default('https://api.launchpad.net'),
  /** HTTP proxy for everything. @default - what the environment says */
  proxy: webAddress('http://proxy.example:3128').optional(),
  /** Certificates to trust besides the system's, PEM. */
  caData: certificates.optional(),
});
export type Sources = z.infer<typeof Sources>;

/** The same as people write it, with files in place of what is in them. */
export const SourcesInFiles = Sources.omit({ streamKeyringData: true, archiveKeyringData: true, caData: true }).extend({
  streamKeyring: z.string().optional().describe('File: binary keyring of the stream; default: Ubuntu’s'),
  archiveKeyring: z.string().optional().describe('File: binary keyring of the archives; default: the image’s own'),
  ca: z.string().optional().describe('File: certificates in PEM to trust besides the system’s'),
});

function isTime(text: string): boolean {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const time = Date.parse(iso);
  return !Number.isNaN(time) && new Date(time).toISOString() === iso;
}

/**
 * What is in a file that `ca` or `--ca` names.
 * @throws BadInput (misuse) naming the file, where it has no certificate
 */
export function certificatesIn(bytes: Buffer, file: string): string {
  return checked(certificates, bytes.toString('utf8'), `the file ${file} of certificates`, 'give a file in PEM');
}

/** Base address of the stream. */
export function streamAddress({ stream }: Sources): string {
  return stream === 'daily' || stream === 'releases' ? `https://cloud-images.ubuntu.com/${stream}/` : stream;
}
