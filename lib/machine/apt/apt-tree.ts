import { endedTogether } from '../ended-together';
import type { Gateway } from '../gateway/gateway';
import type { Command } from '../run';
import { type Chroot, enterChroot } from '../tree/chroot';
import { type Inside, inside } from '../tree/inside/inside';
import { type Mounted, mounted, mountOverlay } from '../tree/mounts';
import { makeStandardFolders } from '../tree/standard-folders';

/** A tree whose packages are downloaded by the apt of another tree. */
export interface AptTree extends Chroot {
  /**
   * Runs an apt-get command that needs the network (`update`, `--download-only`) and puts the downloads into the tree.
   * @throws CommandFailed if the program fails; BadImage if the tree redirects it with links
   */
  fetch(command: Command): Promise<string>;
  /** Runs a program in the other tree, without a network. The downloaded packages are in that tree's cache, too. */
  aside(command: Command): Promise<string>;
}

export interface FetchingOptions {
  /** Mounted image in which no foreign program has run. */
  readonly base: string;
  readonly gateway: Gateway;
  /** Configures apt's sources. @param root root of its tree */
  readonly configure: (root: string) => Promise<void>;
  readonly scratch: string;
  /** Folder that contains in-tree.sh and relay.pl. */
  readonly tools: string;
}

/**
 * Gives a tree an apt for downloads. The tree's own apt, whose methods, settings and keyrings packages or the image may
 * have changed, never gets a network. All downloads run in a throwaway copy of the base, in every build, so that the
 * protection against hostile packages is always in use. That apt sees the tree's dpkg status and writes into the tree's
 * folders for lists and packages; dpkg then works in the tree, without a network.
 */
export function openAptTree(
  chroot: Chroot,
  { base, gateway, configure, scratch, tools }: FetchingOptions,
): Promise<AptTree> {
  return endedTogether(async (opened) => {
    const overlay = opened.use(await mountOverlay([base], scratch));
    const fetcher = opened.use(await enterChroot(overlay.path, tools));
    await makeStandardFolders(fetcher);
    await configure(fetcher.path);
    await configure(chroot.path);
    inside(fetcher.path).write(lastSettings, `${gateway.options.join('\n')}\n`);
    const fetch = async (command: Command) => {
      await copyStatus(chroot.path, fetcher.path);
      await using _folders = await handFolders(chroot.path, fetcher.path);
      return await fetcher.run(withLastSettings(command), { gateway });
    };
    const aside = async (command: Command) => {
      await using _folders = await handFolders(chroot.path, fetcher.path);
      return await fetcher.run(command, { quiet: true });
    };
    return { ...chroot, fetch, aside };
  });
}

/** apt reads this file last, so nothing in the image can override our proxy. */
const lastSettings = 'etc/maas-mirror-gateway.conf';

function withLastSettings(command: Command): Command {
  const at = command.indexOf('apt-get');
  const [program, ...words] = command.toSpliced(at + 1, 0, `--config-file=/${lastSettings}`);
  return [program as string, ...words];
}

/** Copies the list of installed packages, so that apt in the base cannot change the tree's own. */
async function copyStatus(tree: string, base: string): Promise<void> {
  for (const path of ['var/lib/dpkg/status', 'var/lib/dpkg/arch', 'var/lib/apt/extended_states']) {
    const bytes = inside(tree).read(path, mostBytes);
    if (bytes === undefined) await inside(base).remove(path);
    else inside(base).write(path, bytes);
  }
}

/** The dpkg status of a machine with every package installed is about 100 MB. */
const mostBytes = 256 * 1024 * 1024;

/** Bind-mounts the tree's folders where the other apt writes, for one command; nothing in the tree runs meanwhile. */
function handFolders(tree: string, base: string): Promise<AsyncDisposable> {
  return endedTogether(async (opened) => {
    for (const path of ['var/lib/apt/lists', 'var/cache/apt/archives']) {
      await removeAllButFiles(inside(tree), path);
      opened.use(await bound(inside(tree).makeFolder(path), inside(base).makeFolder(path)));
    }
    return {};
  });
}

/**
 * The other apt follows links within its own tree: a link named `partial` would make it empty any folder there and write
 * into it. It creates the folders itself.
 */
async function removeAllButFiles(tree: Inside, folder: string): Promise<void> {
  const others = tree.list(folder).filter(({ kind }) => kind !== 'file');
  for (const { name } of others) await tree.remove(`${folder}/${name}`);
}

function bound(from: string, to: string): Promise<Mounted> {
  return mounted(['mount', '--bind', '-o', 'nosuid,nodev,noexec', from, to], to);
}
