import { inside } from '../tree/inside/inside';

/** Sets apt's priority for packages from a suite. An archive's default is 500, or 100 if it is marked NotAutomatic. */
export function pinArchive(root: string, suite: string, priority: number): void {
  inside(root).write(`etc/apt/preferences.d/maas-mirror-${suite}`, pinOf(suite, priority));
}

export function pinOf(suite: string, priority: number): string {
  return `Package: *\nPin: release a=${suite}\nPin-Priority: ${priority}\n`;
}
