import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { asRootVariable, nobody } from './unprivileged-user';

/** Of Debian's essential packages, what tests call. Everything else asks for test/fixtures/needs-root. */
const programs = [
  'sh bash env cat cp mv rm ln ls mkdir rmdir chmod touch stat dd tee find xargs grep sed sort head',
  'tail tr cut wc diff cmp sha256sum tar gzip id kill sleep date printf echo test true false readlink',
  'realpath mktemp mkfifo uname timeout perl gpgv dpkg dpkg-deb setpriv setsid flock prlimit',
].flatMap((names) => names.split(' '));

/** Set-up of `npm run test:fast`: until it is torn down, only Node and programs of Debian's base system are on PATH. */
export default function ({ config }: TestProject): () => void {
  tellWhoRuns(config.root);
  const before = process.env.PATH ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'base-programs-'));
  chmodSync(folder, 0o755); // tests run as somebody else
  for (const program of programs) {
    const found = before.split(':').find((place) => existsSync(join(place, program)));
    if (found !== undefined) symlinkSync(join(found, program), join(folder, program));
  }
  symlinkSync(process.execPath, join(folder, 'node'));
  process.env.PATH = folder;
  return () => {
    process.env.PATH = before;
    delete process.env[asRootVariable];
    rmSync(folder, { recursive: true });
  };
}

/** A clone below /root, or one made under umask 077, is closed to nobody: its tests run as root, and it is said why. */
function tellWhoRuns(root: string): void {
  const before = process.env[asRootVariable];
  delete process.env[asRootVariable];
  if (process.getuid?.() !== 0 || isOpenToNobody(root)) return;
  process.env[asRootVariable] = root;
  if (before === root) return; // said for another project of this run
  console.error(
    `nobody cannot read ${root}: tests run as root; chmod -R go+rX what is closed to run them without root`,
  );
}

export function isOpenToNobody(root: string): boolean {
  const reading = "require('typescript'); require('node:fs').readFileSync('package.json')";
  return spawnSync(process.execPath, ['-e', reading], { cwd: root, uid: nobody, gid: nobody }).status === 0;
}
