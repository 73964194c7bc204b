import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { machineAptOptions } from '../lib/machine/apt/apt';

/**
 * Extracts the kernels of real Debian, in one run on one base, by our stages and by the plain sequence of plain.sh, and
 * prints both times. Compare the ratios: seconds are of the machine. Wants root and the network.
 */
const packages = { generic: 'linux-image-amd64', cloud: 'linux-image-cloud-amd64', rt: 'linux-image-rt-amd64' };
const root = join(__dirname, '../..');
const folder = join(root, '.cache/bench');
const ours = join(__dirname, 'ours.js');

interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** Runs a command in a mount namespace of its own, so that nothing stays mounted; bash measures all its children. */
async function timed(words: readonly string[]): Promise<Times> {
  const { stderr } = await execa(
    'unshare',
    [
      '--mount',
      '--propagation',
      'private',
      'bash',
      '-c',
      'TIMEFORMAT="times %R %U %S"; time "$@" >"$LOG" 2>&1',
      'bash',
      ...words,
    ],
    { env: { LOG: join(folder, 'log') } },
  );
  const [, wall = 0, user = 0, system = 0] = (/times ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? []).map(Number);
  return { wall, cpu: user + system };
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const made = join(folder, 'store/runs/bench-0123456789abcdef/amd64');
  const base = join(made, 'fetch/1/squashfs');
  if (!existsSync(base)) await timed([process.execPath, ours, 'fetch', folder]);
  for (const name of readdirSync(made)) if (name !== 'fetch') rmSync(join(made, name), { recursive: true });

  const plainFolder = join(folder, 'plain');
  rmSync(plainFolder, { recursive: true, force: true });
  mkdirSync(plainFolder, { recursive: true });
  writeFileSync(join(plainFolder, 'apt.conf'), `${(await machineAptOptions()).join('\n')}\n`);

  const plain = await timed(['bash', join(root, 'bench/plain.sh'), base, plainFolder, ...Object.values(packages)]);
  const own = await timed([process.execPath, ours, 'build', folder, ...Object.keys(packages)]);

  console.log(`kernels ${Object.keys(packages).join(', ')}, extraction only`);
  console.log('        wall s    cpu s');
  console.log(`plain   ${plain.wall.toFixed(1).padStart(6)}   ${plain.cpu.toFixed(1).padStart(6)}`);
  console.log(`ours    ${own.wall.toFixed(1).padStart(6)}   ${own.cpu.toFixed(1).padStart(6)}`);
  console.log(
    `ratio   ${(plain.wall / own.wall).toFixed(2).padStart(6)}   ${(plain.cpu / own.cpu).toFixed(2).padStart(6)}`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
