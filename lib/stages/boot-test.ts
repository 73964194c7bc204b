import { join } from 'node:path';
import { architectureOf, runsOn } from '../catalog/architectures';
import { bootOptionsOf } from '../catalog/boot/boot-options';
import { kernelOf } from '../catalog/kernels';
import { MirrorError } from '../errors';
import type { BuildRequest } from '../job/build-request';
import type { Booted } from '../job/handed-on/results';
import { foldersOf, made } from '../job/layout';
import { releaseFor } from '../job/releases/release-for';
import { chooseAcceleration } from '../machine/boot/acceleration';
import type { Emulator } from '../machine/boot/emulator';
import { maasCommandLine, rackPath } from '../machine/boot/kernel-command-line';
import { requireStartable } from '../machine/boot/kernel-format';
import { startStandIn } from '../machine/boot/maas-stand-in';
import { boot } from '../machine/boot/qemu';
import { unitProgress } from '../machine/boot/unit-progress';
import { digestOf } from '../machine/digest';
import { readText } from '../machine/files';
import { logLine, progress } from '../machine/log';
import { thisMachine } from '../machine/this-machine';
import { emulatorFor } from './boot/emulator-for';
import { judgeByCloudInit, judgeByLogin } from './boot/judge';
import { bootedOnce } from './boot/reuse-boot';
import { virtualCpus } from './boot/virtual-cpus';
import { takeUp, type Workbench } from './workbench';

const mac = '52:54:00:aa:01:02';
/** Address at which the booted machine finds its rack; the port is MAAS's own. */
const address = '10.0.2.100:5248';

/** Boots exactly the files that will be published, the way MAAS boots them, until the system is up. */
export async function bootTest(bench: Workbench): Promise<Booted> {
  const { job } = bench;
  const architecture = architectureOf(job.architecture);
  const isForeign = !runsOn(architecture, thisMachine());
  const emulator = await emulatorFor(architecture, isForeign);
  if (typeof emulator === 'string') return { gate: 'impossible', evidence: emulator };

  const { root, extracted } = foldersOf(job);
  const files = {
    squashfs: await takeUp(bench, made.squashfs(root)),
    kernel: await takeUp(bench, made.kernel(extracted)),
    initrd: await takeUp(bench, made.initrd(extracted)),
  };
  await requireStartable(files.kernel, job.architecture, emulator.program);
  const image = await digestOf(files.squashfs);
  const boots = [await digestOf(files.kernel), await digestOf(files.initrd)];
  return bootedOnce(
    bench,
    [image, ...boots].map(({ sha256 }) => sha256),
    async () => {
      return { gate: 'passed', evidence: await bootFiles(bench, { ...files, ...image }, emulator, isForeign) };
    },
  );
}

interface BootFiles {
  readonly squashfs: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Of the squashfs. */
  readonly sha256: string;
  readonly size: number;
}

/** @returns the evidence that the system came up */
async function bootFiles(bench: Workbench, files: BootFiles, emulator: Emulator, isForeign: boolean): Promise<string> {
  const { job, request, tools } = bench;
  const { console } = architectureOf(job.architecture).qemu;
  const release = releaseFor(request);
  const { subarch } = kernelOf(release, job.architecture, job.kernel);
  const { sha256, size } = files;
  const path = rackPath({ ...job, sha256, os: release.os, subarch });
  const nonce = sha256.slice(8, 24);
  const userData = (await readText(join(tools, 'boot-check.sh'))).replaceAll('@NONCE@', nonce);

  await using rack = await startStandIn({ images: { [path]: files.squashfs }, userData, address });
  const cloudInit = await hasCloudInit(bench);
  const { acceleration, evidence: why } = isForeign
    ? ({ acceleration: 'tcg', evidence: `this machine cannot run ${job.architecture} programs natively` } as const)
    : await chooseAcceleration({ emulator, kernel: files.kernel, console });
  const minutes = bootMinutes(request, isForeign);
  logLine(`acceleration ${acceleration} (${why}); timeout ${minutes} minutes`);
  progress(`booting ${job.kernel} in ${emulator.program}`);
  using units = unitProgress(progress);
  const evidence = await boot({
    ...{ emulator, acceleration, cpus: virtualCpus(bench), memory: memoryFor(size) },
    kernel: files.kernel,
    initrd: files.initrd,
    commandLine: maasCommandLine({
      ...{ rack: address, squashfs: path, mac, console },
      options: bootOptionsOf(release, job.architecture),
    }),
    mac,
    server: { address, port: rack.port },
    judge: cloudInit ? judgeByCloudInit(nonce) : judgeByLogin,
    timeoutSeconds: 60 * minutes,
    onLine: (line) => {
      logLine(line);
      units.onLine(line);
    },
  });
  if (rack.requests.includes(path)) return evidence;
  throw new MirrorError('BootFailed', `the system came up without fetching ${path}`, {
    hint: 'it booted from another root than the one to be published',
  });
}

/** A boot takes a minute, or up to a quarter of an hour if several share a slow machine. */
export function bootMinutes({ bootTimeout }: Pick<BuildRequest, 'bootTimeout'>, isForeign: boolean): number {
  return bootTimeout ?? (isForeign ? 60 : 30);
}

/** In MiB. Memory holds the whole root and the unpacked initramfs, and the system needs some as well. */
function memoryFor(squashfsBytes: number): number {
  return 1536 + 2 * Math.ceil(squashfsBytes / (1 << 20));
}

async function hasCloudInit(bench: Workbench): Promise<boolean> {
  return /^cloud-init\t/m.test(await readText(await takeUp(bench, made.manifest(foldersOf(bench.job).root))));
}
