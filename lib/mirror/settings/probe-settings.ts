/** What `maas-mirror doctor` tests that depends on this mirror. */
export interface ProbeSettings {
  /** The documents that a build must be able to download, with proxy and certificates, as JSON: `{ "documents": [ … ] }`. */
  readonly sources: string;
  /** Architectures whose images are changed on x86 machines, under emulation. */
  readonly foreign: string[];
}

/** For a workflow that is used without MaasMirror. */
export const noProbe: ProbeSettings = { sources: JSON.stringify({ documents: [] }), foreign: [] };
