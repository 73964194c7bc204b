import { join } from 'node:path';
import { architectureOf } from '../catalog/architectures';
import { MirrorError } from '../errors';
import type { Probe, Probed, ProbedSources } from '../job/aws/probe';
import { bootGreeting } from '../machine/boot/boot-sector';
import { makeFolder, readText, writeText } from '../machine/files';
import { openGateway } from '../machine/gateway/gateway';
import { progress } from '../machine/log';
import { run } from '../machine/run';
import { limitKeepers, limits } from '../machine/sandbox/limits';
import { freeSpace, kernelRelease, memorySize, thisMachine } from '../machine/this-machine';
import { chrootCommand } from '../machine/tree/chroot';
import { isMountedAs, mountOverlay, mountSquashfs } from '../machine/tree/mounts';
import { makeSquashfs, passingCompression } from '../machine/tree/squashfs';
import type { Store } from '../store/store';
import { conditionalWrites } from './probes/conditional-writes';
import { foreignPrograms } from './probes/foreign-programs';
import { reachedSources } from './probes/reached-sources';

export interface ProbeBench {
  /** An empty folder on a real file system. */
  readonly scratch: string;
  /** Folder with our in-tree.sh. */
  readonly tools: string;
  /** Names of the stages that will run on this machine. @default - all, including boot tests */
  readonly stages?: readonly string[];
  /** The work store of a deployed mirror, and a folder in it that only this probe uses. @default - no store is tested */
  readonly work?: { readonly store: Store; readonly folder: string };
  /** @default - no sources are tested */
  readonly sources?: ProbedSources;
  /** Architectures whose programs must run here under emulation. @default none */
  readonly foreign?: readonly string[];
}

/** Tests what the stages need from a build machine, one after the other, and reports the evidence of each test. */
export async function probe({ scratch, tools, stages, ...bench }: ProbeBench): Promise<Probed> {
  const image = join(scratch, 'probe.squashfs');
  const { work, sources, foreign = [] } = bench;
  const probes = [
    await tried('machine', () => machine(scratch)),
    await tried('namespaces', namespaces),
    await tried('filter', () => filter(tools)),
    await tried('limits', () => keptLimits(tools)),
    await tried('loop', () => loop(image, scratch)),
    await tried('overlay', () => overlay(image, scratch)),
    await tried('network', () => network(scratch, tools)),
  ];
  if (foreign.length > 0) probes.push(await tried('binfmt', () => foreignPrograms(foreign, scratch)));
  if (sources !== undefined) probes.push(await tried('sources', () => reachedSources(sources)));
  if (work !== undefined) probes.push(await tried('objects', () => conditionalWrites(work.store, work.folder)));
  if (stages?.includes('boot-test') !== false) probes.push(await tried('qemu', () => qemu(scratch)));
  return { probes };
}

/** An error of a probe becomes its evidence. */
async function tried(name: string, look: () => Promise<string>): Promise<Probe> {
  progress(`testing ${name}`);
  try {
    return { name, ok: true, evidence: await look() };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { name, ok: false, evidence: `${error.name}: ${error.message}` };
  }
}

const gibibyte = 2 ** 30;

async function machine(scratch: string): Promise<string> {
  const [space, all] = [(await freeSpace(scratch)) / gibibyte, memorySize() / gibibyte];
  const seen = `Linux ${kernelRelease()} on ${thisMachine()}, ${all.toFixed(1)} GiB of memory, ${space.toFixed(0)} GiB of disk free`;
  if (space < leastSpace || all < leastMemory) {
    throw new MirrorError(
      'NotSupported',
      `${seen}; a build needs ${leastMemory} GiB of memory and ${leastSpace} GiB of disk`,
    );
  }
  return seen;
}

/** In GiB. Memory holds an image and its emulated machine; the disk holds layers, downloads and packed images. */
const leastMemory = 3;
const leastSpace = 10;

async function namespaces(): Promise<string> {
  await run(['unshare', '--mount', '--pid', '--ipc', '--fork', 'mount', '-t', 'proc', 'proc', '/proc'], {
    quiet: true,
  });
  return 'own mount, PID and IPC namespaces';
}

/** The tree is the machine's own root, since nothing is written. */
async function filter(tools: string): Promise<string> {
  const status = await run(chrootCommand('/', tools, ['cat', '/proc/self/status']), { quiet: true });
  if (/^Seccomp:\t2$/m.test(status)) return 'system calls of package scripts are filtered';
  throw new MirrorError('NotSupported', 'system calls of package scripts are not filtered');
}

/** A cgroup or a watcher is enough: the watcher ends a build a quarter of a second later. */
async function keptLimits(tools: string): Promise<string> {
  const { words, whyNot } = await limitKeepers(tools);
  return `${words}, file size: ${limits.file / gibibyte} GiB${whyNot === undefined ? '' : ` (no cgroup: ${whyNot})`}`;
}

async function loop(image: string, scratch: string): Promise<string> {
  const tree = join(scratch, 'tree');
  await makeFolder(tree);
  await writeText(join(tree, 'below'), 'below\n');
  await makeSquashfs(tree, image, { compression: passingCompression, epoch: 0 });
  await using mounted = await mountSquashfs(image, scratch);
  if (await isMountedAs(mounted.path, 'squashfs')) return 'a squashfs was mounted with a loop device';
  throw new MirrorError('NotSupported', 'no loop devices; images are unpacked instead, which takes longer');
}

async function overlay(image: string, scratch: string): Promise<string> {
  await using lower = await mountSquashfs(image, scratch);
  await using upper = await mountOverlay([lower.path], scratch);
  await writeText(join(upper.path, 'above'), 'above\n');
  const seen = [await readText(join(upper.path, 'below')), await readText(join(upper.upper, 'above'))].join('');
  if (seen === 'below\nabove\n') return 'an overlay on a tmpfs is writable';
  throw new MirrorError('NotSupported', `an overlay shows the wrong content: ${JSON.stringify(seen)}`);
}

/** As in a stage, but with no sources: programs may see only the loopback interface of the relay. */
async function network(scratch: string, tools: string): Promise<string> {
  await using gateway = await openGateway([], {}, scratch);
  const seen = await run(chrootCommand('/', tools, ['cat', '/proc/net/dev'], { gateway }), { quiet: true });
  const interfaces = [...seen.matchAll(/^\s*(\S+):/gm)].map(([, name]) => name);
  if (interfaces.join(' ') === 'lo') return 'programs in an image reach only the sources of their build';
  throw new MirrorError(
    'NotSupported',
    `programs in an image would have access to the network of this machine: ${interfaces}`,
  );
}

function qemu(scratch: string): Promise<string> {
  return bootGreeting(architectureOf('amd64').qemu.system, join(scratch, 'greeting.disk'));
}
