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
