import { z } from 'zod';
import { factsFault } from '../../catalog/described';

const day = z.iso.date('a day like 2027-04-22');

/** A series in one word, as Ubuntu names them. */
export const seriesWord = z.string().regex(/^[a-z]{1,40}$/, 'a series in one word of lower-case letters');

/** Facts of a release, wherever they are read: lib/catalog/described.ts says what follows for those that are left out. */
export const ReleaseFacts = z.strictObject({
  version: z
    .string()
    .regex(/^\d\d\.\d\d$/, 'a version like 27.04')
    .optional()
    .describe('Version: "27.04"; needed for a release that neither this version of maas-mirror nor the stream knows'),
  title: z
    .string()
    .regex(/^\d\d\.\d\d(?: LTS)?$/, 'a version, with or without " LTS"')
    .optional()
    .describe('Its version, with " LTS" where Ubuntu calls it so; default: LTS for each second April'),
  codename: z
    .string()
    .regex(/^[A-Za-z][A-Za-z ]{0,58}[A-Za-z]$/, 'a name of letters, in at most 60 characters')
    .optional()
    .describe('Name: Noble Numbat; default: the series'),
  released: day.optional().describe('Day of its release, YYYY-MM-DD; default: by its version'),
  supportEol: day.optional().describe('Last day of standard support; default: after 9 months, of LTS after 5 years'),
  supportEsmEol: day.optional().describe('Last day of extended support; default: of LTS after 10 years'),
  architectures: z
    .array(z.string().regex(/^[a-z0-9]{1,20}$/, 'a dpkg architecture'))
    .min(1)
    .max(20)
    .optional()
    .describe('dpkg architectures that get ga kernels, and hwe kernels of LTS; default: those of the stream'),
});
export type ReleaseFacts = z.infer<typeof ReleaseFacts>;

/** Where facts about a release come from. */
export const FactsSource = z.enum(['mirror.yaml', 'stream', 'distro-info']);
export type FactsSource = z.infer<typeof FactsSource>;

/** What an order says of its release: facts that the catalogue does not have, and where they are from. */
export const AboutRelease = ReleaseFacts.extend({
  sources: z.array(FactsSource).max(3).default([]),
});
export type AboutRelease = z.infer<typeof AboutRelease>;

/** What a `mirror.yaml` says of releases. */
export const Catalogue = z.strictObject({
  releases: z
    .record(seriesWord, ReleaseFacts)
    .superRefine((releases, context) => {
      for (const [name, facts] of Object.entries(releases)) {
        const message = factsFault(name, facts);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
        const other = Object.keys(releases).find((one) => releases[one]?.version === facts.version);
        if (facts.version === undefined || other === undefined || other === name) continue;
        context.addIssue({ code: 'custom', path: [name], message: `${facts.version} is the version of ${other}, too` });
      }
    })
    .default({})
    .describe('Releases by their series: adds some that maas-mirror does not know, and corrects those that it knows'),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** What a catalogue says of one release. */
export function factsOf(catalogue: Catalogue | undefined, series: string): ReleaseFacts | undefined {
  const releases = catalogue?.releases ?? {};
  return Object.hasOwn(releases, series) ? releases[series] : undefined;
}
