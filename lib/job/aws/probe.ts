import { z } from 'zod';
import { checked } from '../checked';

/** A finding of a probe. */
const Probe = z.strictObject({
  /** `overlay`, `loop`, `qemu`, … */
  name: z.string(),
  ok: z.boolean(),
  /** What it found, in words. */
  evidence: z.string(),
});
export type Probe = z.infer<typeof Probe>;

/** Result of the probe stage: whether a build machine meets the requirements of its stages. */
export const Probed = z.strictObject({ probes: z.array(Probe).min(1) });
export type Probed = z.infer<typeof Probed>;

/** Result of Publish for a signing probe: the key that signed the test text. */
export const TestSigned = z.strictObject({ fingerprint: z.string().regex(/^[0-9A-F]{40}$/, 'must be a fingerprint') });
export type TestSigned = z.infer<typeof TestSigned>;

/** @throws BadInput (misuse) naming the field */
export const testSignedOf = (value: unknown): TestSigned =>
  checked(TestSigned, value, 'the result of the signing probe');

/** Sources that builds of a mirror read, and how they reach them. */
export const ProbedSources = z.strictObject({
  /** Documents that must be reachable: `http://archive.ubuntu.com/ubuntu/dists/noble/InRelease` */
  documents: z.array(z.string()),
  proxy: z.string().optional(),
  /** Additional CA certificates, PEM. */
  caData: z.string().optional(),
  /** Why none are tried. @default - they are tried */
  untried: z.string().optional(),
});
export type ProbedSources = z.infer<typeof ProbedSources>;

/** @throws BadInput (misuse) naming the field */
export const probedSourcesOf = (text: string): ProbedSources =>
  checked(ProbedSources, JSON.parse(text), { plural: 'the sources of the probe' });

/** @throws BadInput (misuse) naming the field */
export const probedOf = (value: unknown): Probed => checked(Probed, value, 'the result of the probe stage');
