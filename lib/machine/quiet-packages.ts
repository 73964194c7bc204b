import { chmod, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chroot } from './chroot';
import { copyScripts } from './copy-scripts';

/**
 * Makes a tree ready for packages that are only installed to be taken apart again: none may start a service, configure a
 * boot loader, or adapt itself to this machine.
 * @param tools folder with our container/
 */
export async function quietPackages(chroot: Chroot, tools: string): Promise<void> {
  await refuseServices(chroot);
  await silenceBootLoaders(chroot);
  await silenceTool(chroot, newaliases);
  await pretendContainer(chroot, tools);
}

/** LP 1531299: it hangs under emulation, and has nothing to do here. */
const newaliases = '/usr/bin/newaliases';

/** Lets a program of a package do nothing until {@link silencedTool} is run instead, whether it is installed yet or not. */
export async function silenceTool(chroot: Chroot, tool: string): Promise<void> {
  const divert = ['--local', '--rename', '--divert', silencedTool(tool), '--add', tool];
  await chroot.run(['dpkg-divert', ...divert], { quiet: true });
  await rm(join(chroot.path, tool), { force: true });
  // No link to /bin/true: from 25.10 on that is a program of many names, which goes by how it is called.
  await writeProgram(join(chroot.path, tool), 'exit 0');
}

/** Gives a silenced program its place again, as its package has it by now. */
export async function unsilenceTool(chroot: Chroot, tool: string): Promise<void> {
  await rm(join(chroot.path, tool), { force: true });
  await chroot.run(['dpkg-divert', '--local', '--rename', '--remove', tool], { quiet: true });
}

/** Undoes {@link quietPackages} in a tree that is kept; policy-rc.d goes with what a clean image must not hold. */
export async function unquietPackages(chroot: Chroot, tools: string): Promise<void> {
  const { path } = chroot;
  await unsilenceTool(chroot, newaliases);
  for (const hook of await bootLoaderHooks(path)) await chmod(hook, 0o755);
  const detect = join(path, 'usr/bin/systemd-detect-virt');
  const real = await readIfThere(`${detect}.real`);
  if (real === undefined) return;
  const standIn = await readFile(join(tools, 'container/systemd-detect-virt'));
  // A newer systemd may have put its own there meanwhile.
  if ((await readIfThere(detect))?.equals(standIn)) await rename(`${detect}.real`, detect);
  else await rm(`${detect}.real`);
}

/** Where a silenced program lies. */
export function silencedTool(tool: string): string {
  return `${tool}.real`;
}

/** invoke-rc.d asks this before it starts anything. */
async function refuseServices({ path }: Chroot): Promise<void> {
  await writeProgram(join(path, 'usr/sbin/policy-rc.d'), 'exit 101');
}

async function writeProgram(file: string, line: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${line}\n`);
  await chmod(file, 0o755);
}

/** /etc/kernel hooks of boot loaders have nothing to do here at all. */
async function silenceBootLoaders({ path }: Chroot): Promise<void> {
  for (const hook of await bootLoaderHooks(path)) await chmod(hook, 0o644);
}

async function bootLoaderHooks(path: string): Promise<string[]> {
  const folder = join(path, 'etc/kernel/postinst.d');
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('-grub')).map((name) => join(folder, name));
}

/** Package scripts that ask whether this is a container hear yes, and leave the machine's devices alone. */
async function pretendContainer({ path }: Chroot, tools: string): Promise<void> {
  const detect = join(path, 'usr/bin/systemd-detect-virt');
  if (
    await stat(detect).then(
      () => true,
      () => false,
    )
  ) {
    await rename(detect, `${detect}.real`);
    await copyScripts(join(tools, 'container/systemd-detect-virt'), detect);
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
