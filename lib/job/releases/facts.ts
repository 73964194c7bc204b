import { z } from 'zod';
import { factsFault } from '../../catalog/described';

const day = z.iso.date('must be a date, such as 2027-04-22');

/** A series, as Ubuntu names them. */
export const seriesWord = z.string().regex(/^[a-z]{1,40}$/, 'must be a series: one word of lower-case letters');

/** Facts about a release, from any source. For the defaults of missing ones see lib/catalog/described.ts. */
export const ReleaseFacts = z.strictObject({
  version: z
    .string()
    .regex(/^\d\d\.\d\d$/, 'must be a version, such as 27.04')
    .optional()
    .describe('Version: "27.04"; required if neither this version of maas-mirror nor the stream knows the release'),
  title: z
    .string()
    .regex(/^\d\d\.\d\d(?: LTS)?$/, 'must be a version, with or without " LTS"')
    .optional()
    .describe('Version, with " LTS" for LTS releases; default: LTS in April of even years'),
  codename: z
    .string()
    .regex(/^[A-Za-z][A-Za-z ]{0,58}[A-Za-z]$/, 'must be letters and spaces, at most 60 characters')
    .optional()
    .describe('Codename: Noble Numbat; default: the series'),
  released: day.optional().describe('Release date, YYYY-MM-DD; default: the first day of the month in its version'),
  supportEol: day.optional().describe('Last day of standard support; default: 9 months after release, LTS 5 years'),
  supportEsmEol: day.optional().describe('Last day of extended support; default: LTS 10 years after release'),
  architectures: z
    .array(z.string().regex(/^[a-z0-9]{1,20}$/, 'must be a dpkg architecture'))
    .min(1)
    .max(20)
    .optional()
    .describe("dpkg architectures to build kernels for: ga, and for LTS releases hwe; default: the stream's"),
});
export type ReleaseFacts = z.infer<typeof ReleaseFacts>;

/** Where facts about a release come from. */
export const FactsSource = z.enum(['mirror.yaml', 'stream', 'distro-info']);
export type FactsSource = z.infer<typeof FactsSource>;

/** What a request says about its release: facts that the catalogue lacks, and where they come from. */
export const AboutRelease = ReleaseFacts.extend({
  sources: z.array(FactsSource).max(3).default([]),
});
export type AboutRelease = z.infer<typeof AboutRelease>;

/** The `catalogue` of a `mirror.yaml`. */
export const Catalogue = z.strictObject({
  releases: z
    .record(seriesWord, ReleaseFacts)
    .superRefine((releases, context) => {
      for (const [name, facts] of Object.entries(releases)) {
        const message = factsFault(name, facts);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
        const other = Object.keys(releases).find((one) => releases[one]?.version === facts.version);
        if (facts.version === undefined || other === undefined || other === name) continue;
        context.addIssue({ code: 'custom', path: [name], message: `${facts.version} is also the version of ${other}` });
      }
    })
    .default({})
    .describe('Releases by series: describes unknown releases, and corrects known ones'),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** What a catalogue says about one release. */
export function factsOf(catalogue: Catalogue | undefined, series: string): ReleaseFacts | undefined {
  const releases = catalogue?.releases ?? {};
  return Object.hasOwn(releases, series) ? releases[series] : undefined;
}
