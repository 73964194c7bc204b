import { basename, join } from 'node:path';
import { MirrorError } from '../../errors';
import { sha256Of } from '../../sha256';
import type { Network } from '../download/connections';
import { isProxyLine } from '../download/site-proxy';
import { makeFolder } from '../files';
import { type Gateway, openGateway } from '../gateway/gateway';
import { relayedCommand } from '../gateway/relayed';
import { run } from '../run';
import { type Inside, inside } from '../tree/inside/inside';
import { textsIn } from '../tree/inside/lists';
import { aptGet, machineAptOptions, type Repository, stanzaOf, updateLists } from './apt';
import { archiveFailure } from './apt-errors';
import { verifiedNames } from './in-release';

export interface DownloadOptions {
  /** dpkg's word; packages for all architectures are in its index, too. */
  readonly architecture: string;
  /** All of one release. */
  readonly repositories: readonly Repository[];
  /** Lines of apt.conf, beside those of this machine that are carried over. @default none */
  readonly aptOptions?: readonly string[];
  /** An empty folder, which holds apt's root and the packages afterwards. */
  readonly scratch: string;
  /** Folder with relay.pl. */
  readonly tools: string;
  /** How the archives are reached. @default - as this machine's settings say */
  readonly network?: Network;
}

export interface DownloadedPackage {
  readonly name: string;
  readonly version: string;
  /** Name of its source package. */
  readonly source: string;
  /** Path of the .deb. */
  readonly file: string;
}

export interface Download {
  /** In the order of the names asked for. */
  readonly packages: readonly DownloadedPackage[];
  /** The sha256 of the InRelease files that apt has verified. */
  readonly inReleases: readonly string[];
}

/**
 * Downloads packages over apt's signature chain, each in the version that apt would install, without installing them and
 * without touching this machine's own apt: a root of its own has other sources, another architecture and an empty status.
 * @throws BadSignature, NotReady, DownloadFailed and NoSuchPackage as apt's failures are told; BadInput for a keyring
 */
export async function downloadPackages(names: readonly string[], options: DownloadOptions): Promise<Download> {
  const { repositories, scratch, tools, network = {} } = options;
  const aptOptions = [...(await machineAptOptions()), ...(options.aptOptions ?? [])];
  await using gateway = await openGateway(repositories, network, scratch, { aptOptions });
  const apt = await makeAptRoot(options, gateway, aptOptions);
  const folder = join(scratch, 'packages');
  await makeFolder(folder);
  try {
    await updateLists((command) => run(relayedCommand(command, gateway, tools), apt));
    await run(relayedCommand(aptGet('download', ...names), gateway, tools), { ...apt, cwd: folder });
  } catch (error) {
    throw archiveFailure(error);
  }
  return { packages: await packagesIn(folder, names), inReleases: verifiedInReleases(options) };
}

/** @returns what apt is to be run with */
async function makeAptRoot(
  options: DownloadOptions,
  gateway: Gateway,
  aptOptions: readonly string[],
): Promise<{ env: Record<string, string> }> {
  const root = join(options.scratch, 'apt');
  await makeFolder(root);
  const own = inside(root);
  const folders = [
    ...['apt.conf.d', 'preferences.d', 'sources.list.d'].map((name) => `etc/apt/${name}`),
    ...['var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/lib/dpkg'],
  ];
  for (const folder of folders) own.makeFolder(folder);
  own.write('var/lib/dpkg/status', '');

  const stanzas: string[] = [];
  for (const [index, repository] of options.repositories.entries()) {
    const keyring = await takeKeyring(repository, own, `etc/apt/keyring-${index}.gpg`);
    stanzas.push(stanzaOf({ ...repository, uri: gateway.uriOf(repository) }, keyring));
  }
  own.write('etc/apt/sources.list.d/download.sources', stanzas.join('\n'));

  const lines = [
    ...rootSettings(root, options.architecture),
    ...aptOptions.filter((line) => !isProxyLine(line)),
    ...gateway.options,
  ];
  own.write('apt.conf', `${lines.join('\n')}\n`);
  // APT_CONFIG is read before the machine's own files, which are then looked for below this root and not found.
  return {
    env: { ...withoutProxies(process.env as Record<string, string>), LC_ALL: 'C', APT_CONFIG: join(root, 'apt.conf') },
  };
}

/** What no_proxy names, apt would ask for without our proxy, whatever it is told. */
function withoutProxies(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name)));
}

export function rootSettings(root: string, architecture: string): string[] {
  return [
    `Dir "${root}/";`,
    `Dir::State::status "${root}/var/lib/dpkg/status";`,
    // For repositories without a keyring of their own: what this machine trusts.
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d/";',
    `APT::Architecture "${architecture}";`,
    // Else apt asks dpkg for the machine's foreign ones.
    `APT::Architectures { "${architecture}"; };`,
    // The scratch folder is closed to apt's user of its own, which then could not read the keyring.
    'APT::Sandbox::User "root";',
    // apt 3 would ask sqv, which since February 2026 takes no key that vouches for itself by SHA-1, as xenial's does.
    'APT::Key::GPGVCommand "/usr/bin/gpgv";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
  ];
}

/** apt takes a keyring by an absolute path, and one that ends in .gpg. */
async function takeKeyring({ keyring, uri }: Repository, own: Inside, path: string): Promise<string | undefined> {
  if (keyring === undefined) return undefined;
  try {
    await own.copyIn(keyring, path, 0o644);
  } catch (error) {
    throw new MirrorError('BadInput', `the keyring ${keyring} of ${uri} cannot be read`, {
      hint: 'give the path of a binary keyring',
      cause: error,
      misuse: true,
    });
  }
  return join(own.root, path);
}

async function packagesIn(folder: string, names: readonly string[]): Promise<DownloadedPackage[]> {
  const downloaded = inside(folder)
    .list('.')
    .map(({ name }) => name);
  const files = downloaded.filter((name) => name.endsWith('.deb')).map((name) => join(folder, name));
  const found = new Map((await Promise.all(files.map(describe))).map((one) => [one.name, one]));
  return names.map((name) => {
    const one = found.get(name);
    if (one !== undefined) return one;
    const seen = files.map((file) => basename(file)).join(', ');
    throw new MirrorError('NoSuchPackage', `apt downloaded ${seen || 'nothing'} where ${name} was asked for`, {
      hint: 'name a real package, not what others provide',
    });
  });
}

async function describe(file: string): Promise<DownloadedPackage> {
  // What apt calls the file is escaped, and a package without a Source field is of the source of its own name.
  const format = '${Package}\n${Version}\n${source:Package}\n';
  const shown = await run(['dpkg-deb', '--show', `--showformat=${format}`, file], { quiet: true });
  const [name = '', version = '', source = ''] = shown.split('\n');
  return { name, version, source, file };
}

function verifiedInReleases({ scratch }: DownloadOptions): string[] {
  const lists = textsIn(inside(scratch), 'apt/var/lib/apt/lists', verifiedNames);
  return lists.map(({ text }) => sha256Of(text));
}
