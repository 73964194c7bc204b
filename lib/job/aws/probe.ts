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

/**
 * Input of an execution that only tries something: it builds nothing and publishes nothing. `x86` and `arm` run the
 * probe stage on a build machine of that kind, `signing` lets Publish sign a test text.
 */
export const probeTargets = { x86: 'x86', arm: 'arm', signing: 'signing' } as const;
export type ProbeTarget = keyof typeof probeTargets;

/** What the state machine gives to Publish where only its key is tried. */
export const isSigningProbe = (event: object): boolean =>
  'probe' in event && event.probe === probeTargets.signing && Object.keys(event).length === 1;

/** The input of such an execution, as JSON. */
export const probeInput = (target: ProbeTarget): string => JSON.stringify({ probe: target });

/** Whether the input of an execution, as JSON, is one that only tries something. */
export function isProbeInput(input: string | null | undefined): boolean {
  return Object.values(probeTargets).some((target) => probeInput(target) === input);
}

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

/** A kind of machine that builds run on. */
export interface ProbedMachine {
  /** Stands before the names of what is found there. */
  readonly name: string;
  readonly architecture: string;
  /** Names of stages that run there: their tools are installed, and what they need is tried. */
  readonly stages: readonly string[];
  /** As CodeBuild's quotas call it, which each kind has its own of. */
  readonly kind: string;
}

/** Kinds that a mirror builds on, and that `doctor` has no project on: bootloaders are built there. */
export const otherKinds = ['Linux/Small'] as const;

/** Those that a mirror has a project for `doctor` on. */
export const probedMachines = {
  x86: { name: 'x86', architecture: 'amd64', stages: ['extract', 'boot-test'], kind: 'Linux/Medium' },
  arm: { name: 'arm', architecture: 'arm64', stages: ['prepare', 'extract'], kind: 'ARM/Large' },
} as const satisfies Readonly<Record<string, ProbedMachine>>;
