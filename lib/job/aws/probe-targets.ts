/**
 * The kinds of probe execution, which build and publish nothing. `x86` and `arm` run the probe stage on a build machine of
 * that kind; `signing` has Publish sign a test text.
 */
export const probeTargets = { x86: 'x86', arm: 'arm', signing: 'signing' } as const;
export type ProbeTarget = keyof typeof probeTargets;

/** Whether the input of Publish only probes its key. */
export const isSigningProbe = (event: object): boolean =>
  'probe' in event && event.probe === probeTargets.signing && Object.keys(event).length === 1;

/** The input of a probe execution, as JSON. */
export const probeInput = (target: ProbeTarget): string => JSON.stringify({ probe: target });

/** Whether the input of an execution, as JSON, is that of a probe. */
export function isProbeInput(input: string | null | undefined): boolean {
  return Object.values(probeTargets).some((target) => probeInput(target) === input);
}

/** A kind of machine that builds run on. */
export interface ProbedMachine {
  /** Prefix of the names of its findings. */
  readonly name: string;
  readonly architecture: string;
  /** Stages that run there: the probe installs their tools and checks their requirements. */
  readonly stages: readonly string[];
  /** Its name in CodeBuild's quotas; each kind has its own quota. */
  readonly kind: string;
}

/** Kinds that builds use but `doctor` does not probe: bootloaders are built there. */
export const otherKinds = ['Linux/Small'] as const;

/** Kinds that `doctor` probes. */
export const probedMachines = {
  x86: { name: 'x86', architecture: 'amd64', stages: ['extract', 'boot-test'], kind: 'Linux/Medium' },
  arm: { name: 'arm', architecture: 'arm64', stages: ['prepare', 'extract'], kind: 'ARM/Large' },
} as const satisfies Readonly<Record<string, ProbedMachine>>;
