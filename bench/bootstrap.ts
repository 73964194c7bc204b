import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { architectureOf, runsOn } from '../lib/catalog/architectures';
import { machineAptOptions, machineRepositories, stanzaOf } from '../lib/machine/apt/apt';
import { bootstrap } from '../lib/machine/bootstrap/bootstrap';
import { openGateway } from '../lib/machine/gateway/gateway';
import { run } from '../lib/machine/run';
import { thisMachine } from '../lib/machine/this-machine';
import { emulate } from '../lib/machine/tree/binfmt';
import { debianPackages } from '../lib/stages/base/debian-base';
import { bootstrapCommand } from '../test/fixtures/images/mmdebstrap';
import { differencesOf } from '../test/fixtures/trees/tree-differences';

/**
 * Bootstraps Debian by mmdebstrap alone and by ours, which has the same done behind walls, in turns. Prints both times
 * and everything in which the trees differ. Compare the ratios: seconds are of the machine. Wants root and the network.
 *   node dist/bench/bootstrap.js [TURNS [ARCHITECTURE]]
 */
const root = join(__dirname, '../..');
const folder = join(root, '.cache/bench-bootstrap');
const release = 'bookworm';

const ways: Readonly<Record<string, (tree: string, architecture: string) => Promise<void>>> = { plain, ours };

async function optionsFor(tree: string, architecture: string) {
  const lists = `${tree}.lists`;
  mkdirSync(lists);
  const repositories = await machineRepositories(release);
  const aptOptions = await machineAptOptions();
  return { release, architecture, packages: debianPackages, lists, repositories, aptOptions };
}

async function plain(tree: string, architecture: string): Promise<void> {
  const options = await optionsFor(tree, architecture);
  const input = options.repositories.map((one) => stanzaOf(one, one.keyring)).join('\n');
  await run(bootstrapCommand(tree, options), { input });
}

async function ours(tree: string, architecture: string): Promise<void> {
  const options = await optionsFor(tree, architecture);
  await using gateway = await openGateway(options.repositories, {}, folder, options);
  await bootstrap(tree, { ...options, gateway, tools: join(root, 'buildspecs') });
}

/** Something is mounted there while packages are unpacked. A squashfs clamps the times of the folders, so they stay the same. */
const hidden = /^\/(?:dev|proc|sys): time /;

interface Times {
  readonly wall: number;
  readonly cpu: number;
}

/** In a mount namespace of its own, so that nothing stays mounted; bash measures all its children. */
async function timed(...words: readonly string[]): Promise<Times> {
  const script = 'TIMEFORMAT="times %R %U %S"; time "$@" >"$LOG" 2>&1';
  const apart = ['--mount', '--propagation', 'private', 'bash', '-c', script, 'bash'];
  const { stderr } = await execa('unshare', [...apart, process.execPath, __filename, ...words], {
    env: { LOG: join(folder, 'log') },
  });
  const [, wall = 0, user = 0, system = 0] = (/times ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? []).map(Number);
  return { wall, cpu: user + system };
}

async function compare(turns: number, architecture: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const start = Date.now();
  console.log('        wall s    cpu s');
  const ratios: Times[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const times: Times[] = [];
    for (const way of turn % 2 === 0 ? ['plain', 'ours'] : ['ours', 'plain']) {
      const tree = join(folder, way);
      for (const made of [tree, `${tree}.lists`]) if (existsSync(made)) rmSync(made, { recursive: true });
      const { wall, cpu } = await timed(way, tree, architecture);
      console.log(`${way.padEnd(7)} ${wall.toFixed(1).padStart(6)}   ${cpu.toFixed(1).padStart(6)}`);
      times.push({ wall, cpu });
    }
    const [first, second] = (turn % 2 === 0 ? times : times.reverse()) as [Times, Times];
    ratios.push({ wall: second.wall / first.wall, cpu: second.cpu / first.cpu });
  }
  const middle = (values: number[]) => (values.sort((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(2);
  console.log(`ours to plain, median of ${turns}: wall ${middle(ratios.map((one) => one.wall))}`);
  console.log(`                          cpu  ${middle(ratios.map((one) => one.cpu))}`);
  const all = differencesOf(join(folder, 'plain'), join(folder, 'ours'), start);
  const differences = all.filter((one) => !hidden.test(one));
  console.log(`${differences.length} differences`);
  for (const difference of differences) console.log(difference);
  process.exitCode = differences.length === 0 ? 0 : 1;
}

async function main([word = '3', ...rest]: readonly string[]): Promise<void> {
  const way = ways[word];
  if (way === undefined) return compare(Number(word), rest[0] ?? 'amd64');
  const [tree = '', architecture = ''] = rest;
  const target = architectureOf(architecture);
  if (runsOn(target, thisMachine())) return way(tree, architecture);
  await using _emulation = await emulate({ architecture, interpreter: target.qemu.user }, folder);
  await way(tree, architecture);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
