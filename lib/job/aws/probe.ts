import { z } from 'zod';
import { checked } from '../checked';

/** What one probe of a build machine found. */
const Probe = z.strictObject({
  /** `overlay`, `loop`, `qemu`, … */
  name: z.string(),
  ok: z.boolean(),
  /** What was seen, in words. */
  evidence: z.string(),
});
export type Probe = z.infer<typeof Probe>;

/** What the probe stage hands on: whether a build machine can do what the stages need. */
export const Probed = z.strictObject({ probes: z.array(Probe).min(1) });
export type Probed = z.infer<typeof Probed>;

/** What the Publish function hands back of a test text that it has signed: which key did. */
export const TestSigned = z.strictObject({ fingerprint: z.string().regex(/^[0-9A-F]{40}$/, 'a fingerprint') });
export type TestSigned = z.infer<typeof TestSigned>;

/** @throws BadInput (misuse) naming the field */
export const testSignedOf = (value: unknown): TestSigned => checked(TestSigned, value, 'what Publish has signed');

/** Addresses that builds of a mirror read, and how they reach them. */
export const ProbedSources = z.strictObject({
  /** Documents that have to be there: `http://archive.ubuntu.com/ubuntu/dists/noble/InRelease` */
  documents: z.array(z.string()),
  proxy: z.string().optional(),
  /** Certificates to trust additionally, PEM. */
  ca: z.string().optional(),
  /** Why none are tried. @default - they are */
  untried: z.string().optional(),
});
export type ProbedSources = z.infer<typeof ProbedSources>;

/** @throws BadInput (misuse) naming the field */
export const probedSourcesOf = (text: string): ProbedSources =>
  checked(ProbedSources, JSON.parse(text), { plural: 'the sources that the probe is to reach' });

/** @throws BadInput (misuse) naming the field */
export const probedOf = (value: unknown): Probed => checked(Probed, value, 'the result of the probe stage');
