import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder, for the other projects of one run. */
const variable = 'TESTS_OWN_TMPDIR';

/**
 * Set-up of every configuration: temporary files of a run are in a folder of its own, which is removed at its end. The
 * CDK leaves an assembly for each app, and a test that is killed what it was at. The name is short: sockets are made there.
 */
export default function (): (() => void) | undefined {
  if (process.env[variable] !== undefined) return undefined;
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 't-'));
  chmodSync(folder, 0o1777); // test:fast runs as somebody else
  process.env.TMPDIR = folder;
  process.env[variable] = folder;
  return () => {
    delete process.env[variable];
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    removeUnlessMounted(folder);
  };
}

/** Nothing is removed through a mount. @throws Error where a test left one, which is a fault of the test */
export function removeUnlessMounted(folder: string, mounts = readFileSync('/proc/self/mounts', 'utf8')): void {
  const left = mounts
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  if (left.length > 0) throw new Error(`tests left mounts: umount ${left.reverse().join(' ')}; rm -r ${folder}`);
  rmSync(folder, { recursive: true, force: true });
}
