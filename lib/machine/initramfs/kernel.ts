import { MirrorError } from '../../errors';
import { packageLists } from '../dpkg/package-files';
import type { Chroot } from '../tree/chroot';
import { inside } from '../tree/inside/inside';

/** A kernel installed in a tree. */
export interface InstalledKernel {
  /** Path in the tree: `/boot/vmlinuz-6.8.0-50-generic` */
  readonly path: string;
  /** `uname -r` of the kernel. */
  readonly release: string;
  /** Package that owns it, and its version. */
  readonly imagePackage: string;
  readonly imageVersion: string;
}

/**
 * Finds the kernel installed by a package: the file in /boot owned by the package or by a dependency of it (for a meta
 * package). Several kernels may be installed. Prefers a signed copy (LP 1711203).
 * @throws NoKernel with the contents of /boot
 */
export async function findKernel(chroot: Chroot, requested: string): Promise<InstalledKernel> {
  // Links (vmlinuz, vmlinuz.old) may dangle.
  const entries = inside(chroot.path)
    .list('boot')
    .filter(({ kind }) => kind === 'file');
  const files = entries.map(({ name }) => name).filter((name) => kernelName.test(name));
  for (const name of files) {
    const owner = (await ownerOf(chroot, `/boot/${name}`)) ?? sourceOf(chroot, name);
    if (owner === undefined || !(await brings(chroot, requested, owner))) continue;
    const signed = signedVariant(name, files);
    const release = name.slice(name.indexOf('-') + 1);
    const imageVersion = await chroot.run(['dpkg-query', '--show', '--showformat=${Version}', owner], { quiet: true });
    return { path: `/boot/${signed}`, release, imagePackage: owner, imageVersion };
  }
  throw new MirrorError(
    'NoKernel',
    `the package ${requested} installed no kernel; kernels in /boot: ${files.join(', ') || 'none'}`,
    {
      hint: 'specify a package that installs /boot/vmlinuz-<release> or /boot/vmlinux-<release>',
    },
  );
}

/** Strict, because the release becomes part of folder names and commands. */
const kernelName = /^vmlinu[xz]-[A-Za-z0-9][A-Za-z0-9.+~_-]*$/;

/** @throws NoKernel if there are several signed copies, because it is unknown which one boots */
export function signedVariant(name: string, files: readonly string[]): string {
  const signed = files.filter((file) => file !== name && file.startsWith(name) && file.endsWith('signed'));
  if (signed.length > 1) {
    throw new MirrorError('NoKernel', `${name} has several signed copies: ${signed.join(', ')}`, {
      hint: 'remove the package that contains the second one',
    });
  }
  return signed[0] ?? name;
}

async function ownerOf(chroot: Chroot, path: string): Promise<string | undefined> {
  const printed = await chroot.run(['dpkg-query', '--search', path], { quiet: true }).catch(() => '');
  return printed.split(':')[0] || undefined;
}

/** Since 7.0, Debian's kernel is in the modules folder and a script copies it to /boot: no package owns the copy. */
function sourceOf({ path }: Chroot, name: string): string | undefined {
  const [kind = '', release = ''] = [name.slice(0, name.indexOf('-')), name.slice(name.indexOf('-') + 1)];
  const original = ['lib', 'usr/lib'].map((lib) => `${lib}/modules/${release}/${kind}`);
  const lists = packageLists(inside(path), /^linux-[^/]*\.list$/);
  return lists.find(({ paths }) => paths.some((one) => original.includes(one)))?.name;
}

/** Whether removing the owner would also remove the requested package, which means that it depends on this kernel. */
async function brings(chroot: Chroot, requested: string, owner: string): Promise<boolean> {
  if (owner === requested) return true;
  const plan = await chroot.run(['apt-get', '--simulate', '--quiet', 'remove', owner], { quiet: true });
  return plan.split('\n').some((line) => line.startsWith(`Remv ${requested} `));
}
