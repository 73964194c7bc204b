/** What a probe of the deployed mirror tries that is this mirror's own. */
export interface ProbeSettings {
  /** The documents that a build is to reach, and how, as JSON: `{ "documents": [ … ] }`. */
  readonly sources: string;
  /** Architectures of images that are changed on x86 machines under emulation. */
  readonly foreign: string[];
}

/** Of a workflow without a mirror around it. */
export const noProbe: ProbeSettings = { sources: JSON.stringify({ documents: [] }), foreign: [] };
