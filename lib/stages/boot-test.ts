import { join } from 'node:path';
import { architectureOf, runsOn } from '../catalog/architectures';
import { kernelOf } from '../catalog/kernels';
import { MirrorError } from '../errors';
import { releaseFor } from '../job/catalogue/release-for';
import { foldersOf, made } from '../job/layout';
import type { Booted } from '../job/results';
import type { Verdict } from '../machine/console';
import { digestOf } from '../machine/digest';
import { readText } from '../machine/files';
import { logLine, progress } from '../machine/log';
import { maasCommandLine, rackPath } from '../machine/maas-boot';
import { startStandIn } from '../machine/maas-stand-in';
import { boot } from '../machine/qemu';
import { isInstalled, thisMachine } from '../machine/this-machine';
import { takeUp, type Workbench } from './workbench';

const mac = '52:54:00:aa:01:02';
/** Where the booted machine finds its rack, by MAAS's own port. */
const address = '10.0.2.100:5248';

/** Boots exactly what will be published as MAAS would, until the system is up. */
export async function bootTest(bench: Workbench): Promise<Booted> {
  const { job, tools } = bench;
  const release = releaseFor(bench.order);
  const { subarch } = kernelOf(release, job.architecture, job.kernel);
  const architecture = architectureOf(job.architecture);
  const { qemu } = architecture;
  const foreign = !runsOn(architecture, thisMachine());
  if (foreign && !(await isInstalled(qemu.system))) {
    return { gate: 'impossible', evidence: `no ${qemu.system} on this machine` };
  }
  const { root, extracted } = foldersOf(job);
  const [squashfs, kernel, initrd] = [
    await takeUp(bench, made.squashfs(root)),
    await takeUp(bench, made.kernel(extracted)),
    await takeUp(bench, made.initrd(extracted)),
  ];
  const { sha256, size } = await digestOf(squashfs);
  const path = rackPath({
    sha256,
    os: release.os,
    architecture: job.architecture,
    subarch,
    release: job.release,
    view: job.view,
  });
  const nonce = sha256.slice(8, 24);
  const userData = (await readText(join(tools, 'boot-check.sh'))).replaceAll('@NONCE@', nonce);

  await using rack = await startStandIn({ images: { [path]: squashfs }, userData, address });
  const cloudInit = await hasCloudInit(bench);
  progress(`booting ${job.kernel} in ${qemu.system}`);
  const evidence = await boot({
    emulator: { program: qemu.system, machine: qemu.machine, cpu: qemu.cpu, bus: qemu.bus },
    kernel,
    initrd,
    commandLine: maasCommandLine({ rack: address, squashfs: path, mac, console: qemu.console }),
    mac,
    server: { address, port: rack.port },
    memory: memoryFor(size),
    judge: cloudInit ? judgeByCloudInit(nonce) : judgeByLogin,
    // A boot takes a minute, or a quarter of an hour where several share a slow machine.
    timeoutSeconds: 1800,
    onLine: logLine,
  });
  if (!rack.requests.includes(path)) {
    throw new MirrorError('BootFailed', `the system came up, but never fetched ${path}`, {
      hint: 'the image has another root than the one that is to be published',
    });
  }
  return { gate: 'passed', evidence };
}

/** The root lies in memory whole, the unpacked initramfs beside it, and the system needs some, too. In MiB. */
function memoryFor(squashfsBytes: number): number {
  return 1536 + 2 * Math.ceil(squashfsBytes / (1 << 20));
}

async function hasCloudInit(bench: Workbench): Promise<boolean> {
  return /^cloud-init\t/m.test(await readText(await takeUp(bench, made.manifest(foldersOf(bench.job).root))));
}

/**
 * The last thing that cloud-init runs has reported, with the root and the modules that MAAS relies on. A report counts
 * when it is whole: lines arrive in pieces, and others write to the same console.
 */
export function judgeByCloudInit(nonce: string): (line: string) => Verdict | undefined {
  return (line) => {
    const report = new RegExp(`maas-mirror-boot ${nonce} (kernel=\\S+ root=(\\S*) modules=(\\w+)) end`).exec(line);
    if (report === null) return failureSign(line);
    const [, whole = '', root, modules] = report;
    if (root !== 'overlay')
      return { failed: `the root is ${root || 'unknown'}, not an overlay: overlayroot did not act` };
    if (modules !== 'present')
      return { failed: 'the running kernel has no modules in /lib/modules: copymods did not act' };
    return { started: whole };
  };
}

/** An image without cloud-init is up when it asks on the console who wants to log in; the kernel may have the next word. */
export function judgeByLogin(line: string): Verdict | undefined {
  if (!line.includes(' login:')) return failureSign(line);
  const prompt = /\S{1,64} login:(?= ?(?:$|\[ {0,20}\d{1,12}\.))/.exec(line);
  return prompt === null ? failureSign(line) : { started: prompt[0] };
}

function failureSign(line: string): Verdict | undefined {
  if (/Kernel panic|not syncing/.test(line)) return { failed: `the kernel panicked: ${line.trim()}` };
  // Of initramfs-tools its prompt, of dracut what it says before its own.
  if (/^\(initramfs\)|rooturl: cannot|dracut: FATAL|^Entering emergency mode/.test(line))
    return { failed: `the initramfs found no root: ${line.trim()}` };
  if (/You are in (rescue|emergency) mode/.test(line)) return { failed: `systemd gave up: ${line.trim()}` };
  return undefined;
}
