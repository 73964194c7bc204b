import { z } from 'zod';
import { checked } from './checked';

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

/** Those that a mirror has a project for `doctor` on; Linux/Small, where bootloaders are built, has none. */
export const probedMachines = {
  x86: { name: 'x86', architecture: 'amd64', stages: ['extract', 'boot-test'], kind: 'Linux/Medium' },
  arm: { name: 'arm', architecture: 'arm64', stages: ['prepare', 'extract'], kind: 'ARM/Large' },
} as const satisfies Readonly<Record<string, ProbedMachine>>;
