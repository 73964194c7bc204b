import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../../../lib/catalog/releases';
import { MirrorError } from '../../../../lib/errors';
import { giveCertificates } from '../../../../lib/machine/apt/apt-certificates';
import { pinArchive } from '../../../../lib/machine/apt/apt-pins';
import { configureApt } from '../../../../lib/machine/apt/apt-settings';
import { cleanImage } from '../../../../lib/machine/apt/clean-image';
import { manifestOf } from '../../../../lib/machine/dpkg/manifest';
import {
  quietPackages,
  silenceTool,
  unquietPackages,
  unsilenceTool,
} from '../../../../lib/machine/dpkg/quiet-packages';
import { type InitramfsChoice, makeInitramfs, prepareInitramfs } from '../../../../lib/machine/initramfs/initramfs';
import { findKernel } from '../../../../lib/machine/initramfs/kernel';
import { type Chroot, enterChroot } from '../../../../lib/machine/tree/chroot';
import { inside } from '../../../../lib/machine/tree/inside/inside';
import { makeSquashfs, passingCompression } from '../../../../lib/machine/tree/squashfs';
import { materialsOf, verifiedArchives } from '../../../../lib/stages/layer/materials';
import { ownSettings } from '../../../../lib/stages/layer/own-settings';
import { smallRelease } from '../../../fixtures/images/small-release';
import { temporaryFolder } from '../../../fixtures/temporary-folder';
import { inSmallTree } from '../../../fixtures/trees/in-small-tree';
import { watchFolder } from '../../../fixtures/watched-folder';

const kernel = '6.8.0-1-hostile';

/** What the host's side of upgrade, prepare and extract reads or changes in a tree. */
const touched = [
  ...['proc', 'sys', 'dev', 'etc/resolv.conf', 'etc/ssl/certs/ca-certificates.crt', 'etc/apt/maas-mirror-ca.pem'],
  ...['etc/apt/apt.conf.d/zzz-maas-mirror', 'etc/apt/sources.list', 'etc/apt/sources.list.d/maas-mirror.sources'],
  ...['usr/share/keyrings/maas-mirror-0.gpg', 'etc/apt/preferences.d/maas-mirror-proposed', 'etc/apt/preferences'],
  ...['usr/sbin/policy-rc.d', 'usr/bin/newaliases', 'usr/sbin/update-initramfs', 'usr/bin/dracut'],
  ...['usr/bin/systemd-detect-virt', 'usr/bin/systemd-detect-virt.real', 'etc/kernel/postinst.d/zz-update-grub'],
  ...['etc/udev/rules.d/70-persistent-net.rules', 'etc/iscsi/iscsi.initramfs', 'etc/initramfs-tools/hooks/rooturl'],
  ...['etc/initramfs-tools/maas-mirror-modules', 'etc/initramfs-tools/hooks/maas-mirror'],
  ...['etc/initramfs-tools/scripts/init-bottom/copymods', 'usr/share/initramfs-tools/hook-functions'],
  ...['usr/share/initramfs-tools/hooks/rescuevol', 'etc/cryptsetup-initramfs/conf-hook'],
  ...['etc/dracut.conf.d/99-maas-mirror.conf', `lib/modules/${kernel}/modules.dep`],
  ...[`lib/modules/${kernel}/modules.builtin`, `boot/vmlinuz-${kernel}`, `boot/initrd.img-${kernel}`],
  ...['var/lib/dpkg/status', 'var/lib/dpkg/status-old', 'var/lib/apt/lists/archive_dists_noble_InRelease'],
  ...['etc/rescuevol-ignore', 'etc/overlayroot.conf', 'etc/overlayroot.local.conf', 'etc/network/interfaces'],
  ...['etc/passwd-', 'etc/machine-id', 'etc/hostname', 'etc/ssh/ssh_host_rsa_key', 'var/log/apt/history.log'],
  ...['tmp/a/b', 'var/tmp/a', 'run/a', 'root/.ssh/id_rsa', 'var/cache/apt/archives/a.deb', 'var/lib/dbus/machine-id'],
];
const places = [...new Set(touched.flatMap((path) => [path, ...foldersAbove(path)]))].sort();

function foldersAbove(path: string): string[] {
  const folder = dirname(path);
  return folder === '.' ? [] : [folder, ...foldersAbove(folder)];
}

/** A tree that has a file at everything that is touched. */
function fullTree(folder: string): string {
  for (const path of touched) {
    if (['proc', 'sys', 'dev'].includes(path)) mkdirSync(join(folder, path), { recursive: true });
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), contentOf(path));
    }
  }
  return folder;
}

function contentOf(path: string): string {
  if (path.endsWith('hook-functions')) return '\nadd_firmware()\n';
  if (path.endsWith('modules.dep')) return 'kernel/loop.ko:\n';
  return path.endsWith('/status') ? 'Package: dpkg\nStatus: install ok installed\nVersion: 1\n' : `${path}\n`;
}

interface Obstacle {
  /** Before which step it is put there. */
  readonly step: number;
  /** Whether it is in the base image, and not in the tree that is changed. */
  readonly base: boolean;
  readonly kind: string;
  readonly place: string;
  readonly target: string;
}

/** Links that lead to what the decoy has in the same place, to another place of it, or to what it lacks. */
function obstacles(decoy: string): fc.Arbitrary<Obstacle[]> {
  const target = fc
    .tuple(
      fc.constantFrom('', '../../../../../../../..', '/../..', '/proc/self/root'),
      fc.option(fc.constantFrom(...places)),
    )
    .map(([way, place]) => ({ way: `${way}${decoy}`, place }));
  const kind = fc.constantFrom('link', 'link', 'link', 'link', 'link', 'FIFO', 'device', 'socket', 'folder', 'file');
  const place = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...touched) }, fc.constantFrom(...places));
  const step = fc.oneof(fc.constant(0), fc.nat(18));
  const base = fc.integer({ min: 0, max: 3 }).map((number) => number === 0);
  const one = fc.record({ step, base, kind, place, target });
  return fc.array(
    one.map(({ target: { way, place: other }, ...rest }) => ({ ...rest, target: `${way}/${other ?? rest.place}` })),
    { minLength: 1, maxLength: 30, size: 'max' },
  );
}

/** The same thing at all places that are touched. */
function everywhere(kind: string, decoy: string): Obstacle[] {
  return touched.map((place) => ({ step: 0, base: false, kind, place, target: `${decoy}/${place}` }));
}

function put(tree: string, things: readonly Obstacle[]): void {
  if (things.length === 0) return;
  const input = things.map(({ kind, place, target }) => `${kind}\t/${place}\t${target}\n`).join('');
  execFileSync('perl', [join(__dirname, '../../../fixtures/trees/hostile/put.pl'), tree], {
    input,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

/** A tree whose programs say what ours want to hear, and leave something of a kind where the initramfs is to be. */
function withHostilePrograms({ path }: { readonly path: string }, initrd: Obstacle): Chroot {
  const run = async (command: readonly string[]) => {
    if (command.includes('--search')) return `linux-image: /boot/vmlinuz-${kernel}`;
    if (command.includes(`/boot/initrd.img-${kernel}`)) put(path, [initrd]);
    return command.includes('--show') ? '1.0' : '';
  };
  return { path, run, [Symbol.asyncDispose]: async () => {} };
}

/** All that this machine does in a tree while programs run in it, a step at a time. */
function steps(chroot: Chroot, base: string, scratch: string): (() => unknown)[] {
  const root = chroot.path;
  const [keyring, tools] = [join(scratch, 'keyring'), 'buildspecs/initramfs'];
  writeFileSync(keyring, 'keyring');
  const choices: InitramfsChoice[] = [
    { maker: 'initramfs-tools', directories: [], modules: ['loop'], settings: [], standIns: true },
    { maker: 'dracut', directories: [], modules: ['loop'] },
  ];
  const makers = ['/usr/sbin/update-initramfs', '/usr/bin/dracut'];
  return [
    () => [manifestOf(base), manifestOf(root)],
    () => giveCertificates(root, 'ca'),
    () => configureApt(root, [{ uri: 'http://x', suite: 's', components: [], keyring }], []),
    () => pinArchive(root, 'proposed', 400),
    () => quietPackages(chroot, tools),
    ...makers.map((tool) => () => silenceTool(chroot, tool)),
    ...makers.map((tool) => () => unsilenceTool(chroot, tool)),
    () => unquietPackages(chroot, tools),
    () => [verifiedArchives(root), materialsOf([], { before: '', after: '' }, {})],
    ...choices.map((choice) => () => prepareInitramfs(chroot, choice, tools)),
    async () => inside(root).copyOut((await findKernel(chroot, 'linux-image')).path, join(scratch, 'kernel')),
    ...choices.map((choice, n) => () => makeInitramfs(chroot, choice, kernel, 0, join(scratch, `initrd-${n}`))),
  ];
}

/** And what it does when they have ended. */
function laterSteps(root: string, base: string, scratch: string): (() => unknown)[] {
  return [
    () => ownSettings(root, releaseOf('xenial')),
    () => cleanImage(root, base),
    () => makeSquashfs(root, join(scratch, 'squashfs'), { compression: passingCompression, epoch: 0 }),
  ];
}

/** With devices and a resolver, if the tree lets us. */
async function entered(root: string): Promise<AsyncDisposable | undefined> {
  let chroot: Chroot | undefined;
  await ended(async () => {
    chroot = await enterChroot(root, 'buildspecs');
  });
  return chroot;
}

/** Whether a step went well; what it throws is an error of ours. */
async function ended(step: () => unknown): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (error instanceof MirrorError) return false;
    throw error;
  }
}

describe('a tree in which anything is where this machine reads and writes', () => {
  it('leads it to nothing outside, step by step, and ends well or with an error of ours', async () => {
    const decoy = fullTree(temporaryFolder());
    await using watch = await watchFolder(decoy);
    const open = readdirSync('/proc/self/fd').length;
    let went = 0;
    const property = fc.asyncProperty(obstacles(decoy), fc.nat(11), async (things, chosen) => {
      const [root, base, scratch] = [fullTree(temporaryFolder()), fullTree(temporaryFolder()), temporaryFolder()];
      const at = (step: number) => (one: Obstacle) => one.step === step;
      put(
        base,
        things.filter((one) => one.base),
      );
      const changes = things.filter((one) => !one.base);
      put(root, changes.filter(at(0)));
      const initrd = { ...(things[chosen % things.length] as Obstacle), place: `boot/initrd.img-${kernel}` };
      const take = async (step: () => unknown, number: number) => {
        put(root, changes.filter(at(number)));
        went += Number(await ended(step));
      };
      const during = steps(withHostilePrograms({ path: root }, initrd), base, scratch);
      const after = laterSteps(root, base, scratch);
      {
        await using _walls = await entered(root);
        for (const [index, step] of during.entries()) await take(step, index + 1);
      }
      for (const [index, step] of after.entries()) await take(step, during.length + index + 1);
      expect(await watch.events()).toEqual([]);
      expect(readdirSync('/proc/self/fd').length).toBe(open);
    });
    const examples = ['link', 'FIFO'].map((kind): [Obstacle[], number] => [everywhere(kind, decoy), 0]);
    await fc.assert(property, { numRuns: 15, examples });
    expect(went).toBeGreaterThan(15 * 4); // most of it was not stopped before it touched anything
  });
});

describe('a hostile package or image', () => {
  beforeAll(async () => void (await smallRelease()));

  /** A file of this machine that is nobody else's business. */
  function victim(text = 'precious'): string {
    const file = join(temporaryFolder(), 'victim');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }
  const stateOf = (file: string) => [readFileSync(file, 'utf8'), (statSync(file).mode & 0o7777).toString(8)];

  it('does not change the mode of a file of this machine by a hook of a boot loader', async () => {
    const file = victim();
    await inSmallTree(async (chroot) => {
      await quietPackages(chroot, 'buildspecs/initramfs');
      const hook = `mkdir -p /etc/kernel/postinst.d; ln -s ${file} /etc/kernel/postinst.d/zz-update-grub`;
      await chroot.run(['sh', '-c', hook], { quiet: true });
      await unquietPackages(chroot, 'buildspecs/initramfs');
      await quietPackages(chroot, 'buildspecs/initramfs');
    });

    expect(stateOf(file)).toEqual(['precious', '600']);
  });

  it('does not overwrite files of this machine by pins and keyrings of a base image', async () => {
    const [pin, keyring, own] = [victim(), victim(), victim('keyring')];
    await inSmallTree(async (chroot) => {
      const links = [
        'mkdir -p /etc/apt/preferences.d',
        `ln -s ${pin} /etc/apt/preferences.d/maas-mirror-noble-proposed`,
        `ln -s ${keyring} /usr/share/keyrings/maas-mirror-0.gpg`,
      ];
      await chroot.run(['sh', '-ec', links.join('; ')], { quiet: true });
      await configureApt(chroot.path, [{ uri: 'http://x', suite: 's', components: [], keyring: own }], []);
      pinArchive(chroot.path, 'noble-proposed', 400);

      expect(readFileSync(join(chroot.path, 'usr/share/keyrings/maas-mirror-0.gpg'), 'utf8')).toBe('keyring');
      expect(readFileSync(join(chroot.path, 'etc/apt/preferences.d/maas-mirror-noble-proposed'), 'utf8')).toContain(
        '400',
      );
    });

    expect([stateOf(pin), stateOf(keyring)]).toEqual([
      ['precious', '600'],
      ['precious', '600'],
    ]);
  });

  it('brings no file of this machine into an image that is cleaned, by a link of the base', async () => {
    const [base, root] = [temporaryFolder(), temporaryFolder()];
    for (const folder of [join(base, 'var/log'), join(root, 'var/log/x')]) mkdirSync(folder, { recursive: true });
    symlinkSync(dirname(victim()), join(base, 'var/log/x'));
    writeFileSync(join(root, 'var/log/x/victim'), 'a log');
    await cleanImage(root, base);

    expect(readdirSync(join(root, 'var/log/x'))).toEqual([]);
  });

  it.each([
    ['link', (file: string) => `ln -s ${file}`],
    ['FIFO', () => 'mkfifo'],
    ['folder', () => 'mkdir'],
  ])('refuses to hand on an initramfs that is a %s', async (kind, make) => {
    const [secret, taken] = [victim('secret'), join(temporaryFolder(), 'initrd')];
    await inSmallTree(async (chroot) => {
      const program = `#!/bin/sh\nexec ${make(secret)} "$2"\n`;
      await chroot.run(['sh', '-ec', 'printf "$1" > /usr/sbin/mkinitramfs', 'sh', program], { quiet: true });
      const choice: InitramfsChoice = {
        maker: 'initramfs-tools',
        directories: [],
        modules: [],
        settings: [],
        standIns: false,
      };

      await expect(makeInitramfs(chroot, choice, kernel, 0, taken)).rejects.toMatchObject({
        name: 'BadImage',
        message: `/boot/initrd.img-${kernel} in the image is a ${kind}, where a file is expected`,
      });
    });
    expect(existsSync(taken)).toBe(false);
  });

  it('refuses an image whose /dev is a link, on which nothing is mounted', async () => {
    const [root, outside] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(outside, join(root, 'dev'));

    await expect(enterChroot(root, 'buildspecs')).rejects.toMatchObject({
      name: 'BadImage',
      message: '/dev in the image is a link, where a folder is expected',
    });
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(outside);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(root);
  });

  it('cannot move what is mounted in its tree, which is unmounted by its path', async () => {
    await inSmallTree(async (chroot) => {
      for (const folder of ['dev', 'sys', 'proc']) {
        const moved = chroot.run(['sh', '-c', `mv /${folder} /moved 2>&1 && ln -s /tmp /${folder}`], { quiet: true });
        await expect(moved).rejects.toMatchObject({ message: expect.stringMatching(/busy|cross-device|Read-only/i) });
      }
    });
  });

  it.each([
    'vmlinuz-..',
    'vmlinuz--rf',
    'vmlinuz-6.8 evil',
    'vmlinuz-6.8\nevil',
  ])('refuses a kernel that is called %j, which would become a word of commands and a name of folders', async (name) => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'boot'));
    writeFileSync(join(root, 'boot', name), 'kernel');
    const owned = async (command: readonly string[]) => (command.includes('--search') ? 'linux-image: x' : '1.0');
    const chroot: Chroot = { path: root, run: owned, [Symbol.asyncDispose]: async () => {} };

    await expect(findKernel(chroot, 'linux-image')).rejects.toMatchObject({ name: 'NoKernel' });
  });
});
