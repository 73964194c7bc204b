import { inside } from '../tree/inside/inside';

/** Says how much apt prefers what comes from a suite: an archive's own default is 500, or 100 where it is not automatic. */
export function pinArchive(root: string, suite: string, priority: number): void {
  inside(root).write(`etc/apt/preferences.d/maas-mirror-${suite}`, pinOf(suite, priority));
}

export function pinOf(suite: string, priority: number): string {
  return `Package: *\nPin: release a=${suite}\nPin-Priority: ${priority}\n`;
}
