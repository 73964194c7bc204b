import { endedTogether } from '../ended-together';
import type { Gateway } from '../gateway/gateway';
import type { Command } from '../run';
import { type Chroot, enterChroot } from '../tree/chroot';
import { type Inside, inside } from '../tree/inside/inside';
import { type Mounted, mounted, mountOverlay } from '../tree/mounts';
import { makeStandardFolders } from '../tree/standard-folders';

/** A tree whose packages are fetched by the apt of another one. */
export interface AptTree extends Chroot {
  /**
   * Runs an apt-get that needs the network (`update`, `--download-only`). What it fetches is in the tree afterwards.
   * @throws CommandFailed as the program fails; BadImage where the tree leads it elsewhere
   */
  fetch(command: Command): Promise<string>;
  /** Runs a program of the other apt's tree, without a network; the packages that were fetched are in its cache, too. */
  aside(command: Command): Promise<string>;
}

export interface FetchingOptions {
  /** A mounted image in which nothing of others has run. */
  readonly base: string;
  readonly gateway: Gateway;
  /** Tells an apt where packages come from. @param root of its tree */
  readonly configure: (root: string) => Promise<void>;
  readonly scratch: string;
  /** Folder with in-tree.sh and relay.pl. */
  readonly tools: string;
}

/**
 * Gives a tree an apt to fetch with. Whatever packages or an image have made of the tree's own apt, its methods, settings
 * and keyrings, it never gets a network: all fetching is done in a throwaway copy of the base, always, so that the way
 * that is taken with hostile packages is the one that every build takes. That apt sees the tree's dpkg status, and writes
 * into the tree's own folders of lists and packages; dpkg then works in the tree, without a network.
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

/** Read by apt after all files that the image may have: nothing there comes after our proxy. */
const lastSettings = 'etc/maas-mirror-gateway.conf';

function withLastSettings(command: Command): Command {
  const at = command.indexOf('apt-get');
  const [program, ...words] = command.toSpliced(at + 1, 0, `--config-file=/${lastSettings}`);
  return [program as string, ...words];
}

/** What is installed already. apt in the base cannot change it: it gets copies. */
async function copyStatus(tree: string, base: string): Promise<void> {
  for (const path of ['var/lib/dpkg/status', 'var/lib/dpkg/arch', 'var/lib/apt/extended_states']) {
    const bytes = inside(tree).read(path, mostBytes);
    if (bytes === undefined) await inside(base).remove(path);
    else inside(base).write(path, bytes);
  }
}

/** dpkg's status of a machine with everything installed has some 100 MB. */
const mostBytes = 256 * 1024 * 1024;

/** Binds the tree's folders to where the other apt writes, for one command; nothing of the tree runs meanwhile. */
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
 * The other apt follows links, in its own tree: one for `partial` has it empty any folder there, and write into it.
 * Folders it makes itself.
 */
async function removeAllButFiles(tree: Inside, folder: string): Promise<void> {
  const others = tree.list(folder).filter(({ kind }) => kind !== 'file');
  for (const { name } of others) await tree.remove(`${folder}/${name}`);
}

function bound(from: string, to: string): Promise<Mounted> {
  return mounted(['mount', '--bind', '-o', 'nosuid,nodev,noexec', from, to], to);
}
