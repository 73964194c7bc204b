import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectureOf } from '../lib/catalog/architectures';
import { machineRepositories } from '../lib/machine/apt/apt';
import { downloadPackages } from '../lib/machine/apt/apt-download';
import { boot } from '../lib/machine/boot/qemu';
import { run } from '../lib/machine/run';
import { emulatorFor } from '../lib/stages/boot/emulator-for';
import { kernelInPe } from '../test/fixtures/images/small-release/kernel-in-pe';

/**
 * Makes the EFI file that Ubuntu's arm64 kernels are since 6.17, by stubble and ukify of Debian unstable as this machine's own
 * archive has them, and boots it as a boot test does; then the file that the tests make by themselves. Prints what each kernel
 * says first. No test waits for unstable: this is what shows that ours is like theirs.
 *   node dist/bench/stubble.js KERNEL      an arm64 Image, as linux-image-…-arm64 of Debian has it in /boot
 */
const root = join(__dirname, '../..');
const folder = join(root, '.cache/bench-stubble');

async function main(kernel = ''): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'tree'), { recursive: true });
  const [theirs, ours] = [join(folder, 'stubble'), join(folder, 'ours')];
  await makeByStubble(kernel, theirs);
  writeFileSync(ours, kernelInPe(readFileSync(kernel)));
  for (const file of [theirs, ours]) console.log(`${file}: ${await firstWord(file)}`);
}

async function makeByStubble(kernel: string, file: string): Promise<void> {
  const own = (await machineRepositories('bookworm')).find(({ suite }) => suite === 'bookworm');
  if (own === undefined) throw new Error("this machine's apt configuration has no archive for bookworm");
  const { packages } = await downloadPackages(['stubble', 'systemd-ukify', 'python3-pefile'], {
    architecture: 'arm64',
    repositories: [{ uri: own.uri, suite: 'sid', components: ['main'] }],
    scratch: folder,
    tools: join(root, 'buildspecs'),
  });
  const tree = join(folder, 'tree');
  for (const { name, version, file: deb } of packages) {
    console.log(`${name} ${version}`);
    await run(['dpkg-deb', '--extract', deb, tree], { quiet: true });
  }
  const stub = join(tree, 'usr/lib/stubble/stubble.efi');
  const words = ['build', `--linux=${kernel}`, `--stub=${stub}`, '--efi-arch=aa64', `--output=${file}`];
  await run(['python3', join(tree, 'usr/bin/ukify'), ...words], {
    env: { PATH: process.env.PATH ?? '', PYTHONPATH: join(tree, 'usr/lib/python3/dist-packages') },
  });
}

async function firstWord(kernel: string): Promise<string> {
  const architecture = architectureOf('arm64');
  const emulator = await emulatorFor(architecture, true);
  if (typeof emulator === 'string') throw new Error(emulator);
  const initrd = join(folder, 'initrd');
  writeFileSync(initrd, Buffer.alloc(512));
  return boot({
    ...{ emulator, acceleration: 'tcg', cpus: 1, memory: 1024, timeoutSeconds: 300 },
    ...{ kernel, initrd, commandLine: `console=${architecture.qemu.console} panic=-1`, mac: '52:54:00:aa:01:02' },
    server: { address: '10.0.2.100:5248', port: 1 }, // nobody is asked
    judge: (line) => (line.includes('Linux version') ? { started: line } : undefined),
    onLine: () => {},
  });
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
