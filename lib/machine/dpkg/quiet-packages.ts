import { join } from 'node:path';
import { readBytes } from '../bytes';
import type { Chroot } from '../tree/chroot';
import { copyScript } from '../tree/copy-scripts';
import { type Inside, inside } from '../tree/inside/inside';
import { makeStandardFolders } from '../tree/standard-folders';

/**
 * Prepares a tree for packages that are installed only to extract files from it: none may start a service, configure a
 * boot loader, or adapt to this machine.
 * @param tools folder that contains container/
 */
export async function quietPackages(chroot: Chroot, tools: string): Promise<void> {
  await makeStandardFolders(chroot);
  const tree = inside(chroot.path);
  refuseServices(tree);
  setBootLoaders(tree, 0o644); // not executable, so never run
  await silenceTool(chroot, newaliases);
  await pretendContainer(tree, tools);
}

/** LP 1531299: it hangs under emulation, and is not needed here. */
const newaliases = '/usr/bin/newaliases';

/** Replaces a program, installed yet or not, with one that does nothing; {@link silencedTool} is the real one. */
export async function silenceTool(chroot: Chroot, tool: string): Promise<void> {
  const divert = ['--local', '--rename', '--divert', silencedTool(tool), '--add', tool];
  await chroot.run(['dpkg-divert', ...divert], { quiet: true });
  // Not a link to /bin/true: since Ubuntu 25.10 that is a multi-call binary, which acts on the name it is called by.
  writeProgram(inside(chroot.path), tool, 'exit 0');
}

/** Restores a silenced program, in the version that its package has now. */
export async function unsilenceTool(chroot: Chroot, tool: string): Promise<void> {
  await inside(chroot.path).remove(tool);
  await chroot.run(['dpkg-divert', '--local', '--rename', '--remove', tool], { quiet: true });
}

/** Undoes {@link quietPackages} in a tree that is kept; cleanImage removes policy-rc.d. */
export async function unquietPackages(chroot: Chroot, tools: string): Promise<void> {
  await unsilenceTool(chroot, newaliases);
  const tree = inside(chroot.path);
  setBootLoaders(tree, 0o755);
  if (tree.kindOf(realDetect) === undefined) return;
  const standIn = await readBytes(join(tools, 'container/systemd-detect-virt'));
  // A systemd upgrade may have replaced it meanwhile.
  if (tree.kindOf(detect) === 'file' && tree.read(detect)?.equals(standIn)) tree.rename(realDetect, detect);
  else await tree.remove(realDetect);
}

/** Path of a silenced program's real binary. */
export function silencedTool(tool: string): string {
  return `${tool}.real`;
}

/** invoke-rc.d runs policy-rc.d before it starts a service. */
function refuseServices(tree: Inside): void {
  writeProgram(tree, 'usr/sbin/policy-rc.d', 'exit 101');
}

function writeProgram(tree: Inside, file: string, line: string): void {
  tree.write(file, `#!/bin/sh\n${line}\n`, 0o755);
}

/** Boot loader hooks in /etc/kernel run only if they are executable. */
function setBootLoaders(tree: Inside, mode: number): void {
  const folder = 'etc/kernel/postinst.d';
  const hooks = tree.list(folder).filter(({ name }) => name.endsWith('-grub'));
  for (const { name } of hooks) tree.changeMode(`${folder}/${name}`, mode);
}

const detect = 'usr/bin/systemd-detect-virt';
const realDetect = `${detect}.real`;

/** Makes package scripts believe that this is a container, so that they leave the machine's devices alone. */
async function pretendContainer(tree: Inside, tools: string): Promise<void> {
  if (tree.kindOf(detect) === undefined) return;
  tree.rename(detect, realDetect);
  await copyScript(join(tools, 'container/systemd-detect-virt'), tree, detect);
}
