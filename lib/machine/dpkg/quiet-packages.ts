import { join } from 'node:path';
import { readBytes } from '../bytes';
import type { Chroot } from '../tree/chroot';
import { copyScript } from '../tree/copy-scripts';
import { type Inside, inside } from '../tree/inside/inside';
import { makeStandardFolders } from '../tree/standard-folders';

/**
 * Makes a tree ready for packages that are only installed to be taken apart again: none may start a service, configure a
 * boot loader, or adapt itself to this machine.
 * @param tools folder with our container/
 */
export async function quietPackages(chroot: Chroot, tools: string): Promise<void> {
  await makeStandardFolders(chroot);
  const tree = inside(chroot.path);
  refuseServices(tree);
  setBootLoaders(tree, 0o644); // they have nothing to do here at all
  await silenceTool(chroot, newaliases);
  await pretendContainer(tree, tools);
}

/** LP 1531299: it hangs under emulation, and has nothing to do here. */
const newaliases = '/usr/bin/newaliases';

/** Lets a program of a package do nothing until {@link silencedTool} is run instead, whether it is installed yet or not. */
export async function silenceTool(chroot: Chroot, tool: string): Promise<void> {
  const divert = ['--local', '--rename', '--divert', silencedTool(tool), '--add', tool];
  await chroot.run(['dpkg-divert', ...divert], { quiet: true });
  // No link to /bin/true: from 25.10 on that is a program of many names, which goes by how it is called.
  writeProgram(inside(chroot.path), tool, 'exit 0');
}

/** Gives a silenced program its place again, as its package has it by now. */
export async function unsilenceTool(chroot: Chroot, tool: string): Promise<void> {
  await inside(chroot.path).remove(tool);
  await chroot.run(['dpkg-divert', '--local', '--rename', '--remove', tool], { quiet: true });
}

/** Undoes {@link quietPackages} in a tree that is kept; policy-rc.d goes with what a clean image must not hold. */
export async function unquietPackages(chroot: Chroot, tools: string): Promise<void> {
  await unsilenceTool(chroot, newaliases);
  const tree = inside(chroot.path);
  setBootLoaders(tree, 0o755);
  if (tree.kindOf(realDetect) === undefined) return;
  const standIn = await readBytes(join(tools, 'container/systemd-detect-virt'));
  // A newer systemd may have put its own there meanwhile.
  if (tree.kindOf(detect) === 'file' && tree.read(detect)?.equals(standIn)) tree.rename(realDetect, detect);
  else await tree.remove(realDetect);
}

/** Where a silenced program lies. */
export function silencedTool(tool: string): string {
  return `${tool}.real`;
}

/** invoke-rc.d asks this before it starts anything. */
function refuseServices(tree: Inside): void {
  writeProgram(tree, 'usr/sbin/policy-rc.d', 'exit 101');
}

function writeProgram(tree: Inside, file: string, line: string): void {
  tree.write(file, `#!/bin/sh\n${line}\n`, 0o755);
}

/** The hooks of boot loaders in /etc/kernel, which run where they may be executed. */
function setBootLoaders(tree: Inside, mode: number): void {
  const folder = 'etc/kernel/postinst.d';
  const hooks = tree.list(folder).filter(({ name }) => name.endsWith('-grub'));
  for (const { name } of hooks) tree.changeMode(`${folder}/${name}`, mode);
}

const detect = 'usr/bin/systemd-detect-virt';
const realDetect = `${detect}.real`;

/** Package scripts that ask whether this is a container hear yes, and leave the machine's devices alone. */
async function pretendContainer(tree: Inside, tools: string): Promise<void> {
  if (tree.kindOf(detect) === undefined) return;
  tree.rename(detect, realDetect);
  await copyScript(join(tools, 'container/systemd-detect-virt'), tree, detect);
}
