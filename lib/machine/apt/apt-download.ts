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
  /** dpkg name; its index also lists packages for all architectures. */
  readonly architecture: string;
  /** All for the same release. */
  readonly repositories: readonly Repository[];
  /** Additional apt.conf lines, after those carried over from this machine. @default none */
  readonly aptOptions?: readonly string[];
  /** Empty folder for apt's root and the downloaded packages. */
  readonly scratch: string;
  /** Folder that contains relay.pl. */
  readonly tools: string;
  /** How to reach the archives. @default - this machine's settings */
  readonly network?: Network;
}

export interface DownloadedPackage {
  readonly name: string;
  readonly version: string;
  /** Source package name. */
  readonly source: string;
  /** Path of the .deb file. */
  readonly file: string;
}

export interface Download {
  /** In the order of the requested names. */
  readonly packages: readonly DownloadedPackage[];
  /** The sha256 of each InRelease file that apt has verified. */
  readonly inReleases: readonly string[];
}

/**
 * Downloads packages with apt, which verifies them, each in the version that apt would install. Nothing is installed and
 * this machine's own apt is not touched: apt uses a separate root with other sources, another architecture and an empty
 * dpkg status.
 * @throws BadSignature, NotReady, DownloadFailed, NoSuchPackage for failures of apt; BadInput for an unreadable keyring
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

/** @returns options for running apt */
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
  // apt reads APT_CONFIG before the machine's own files, then looks for those below this root and does not find them.
  return {
    env: { ...withoutProxies(process.env as Record<string, string>), LC_ALL: 'C', APT_CONFIG: join(root, 'apt.conf') },
  };
}

/** apt bypasses our proxy for hosts in no_proxy, whatever its configuration says. */
function withoutProxies(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name)));
}

export function rootSettings(root: string, architecture: string): string[] {
  return [
    `Dir "${root}/";`,
    `Dir::State::status "${root}/var/lib/dpkg/status";`,
    // For repositories without a keyring of their own, trust what this machine trusts.
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d/";',
    `APT::Architecture "${architecture}";`,
    // Otherwise apt asks dpkg for the machine's foreign architectures.
    `APT::Architectures { "${architecture}"; };`,
    // The user _apt has no access to the scratch folder and could not read the keyring.
    'APT::Sandbox::User "root";',
    // apt 3 uses sqv, which since February 2026 rejects keys with a SHA-1 self-signature, such as xenial's.
    'APT::Key::GPGVCommand "/usr/bin/gpgv";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
  ];
}

/** apt requires an absolute path that ends in .gpg. */
async function takeKeyring({ keyring, uri }: Repository, own: Inside, path: string): Promise<string | undefined> {
  if (keyring === undefined) return undefined;
  try {
    await own.copyIn(keyring, path, 0o644);
  } catch (error) {
    throw new MirrorError('BadInput', `cannot read the keyring ${keyring} of ${uri}`, {
      hint: 'specify the path of a binary keyring',
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
    throw new MirrorError('NoSuchPackage', `requested ${name}, but apt downloaded ${seen || 'nothing'}`, {
      hint: 'specify a real package, not a virtual one that other packages provide',
    });
  });
}

async function describe(file: string): Promise<DownloadedPackage> {
  // Only real fields: the dpkg-deb of Ubuntu 22.04 has nothing for virtual ones such as ${source:Package}.
  const shown = await run(['dpkg-deb', '--field', file, 'Package', 'Version', 'Source'], { quiet: true });
  // apt escapes the file name.
  const fields = new Map(shown.split('\n').map((line) => [line.split(':', 1)[0] ?? '', line.replace(/^\S+: */, '')]));
  const [name = '', version = ''] = ['Package', 'Version'].map((field) => fields.get(field));
  // Without the field, the source package has the package's own name; it names a version where that is another.
  const [source = name] = (fields.get('Source') ?? name).split(' ');
  return { name, version, source, file };
}

function verifiedInReleases({ scratch }: DownloadOptions): string[] {
  const lists = textsIn(inside(scratch), 'apt/var/lib/apt/lists', verifiedNames);
  return lists.map(({ text }) => sha256Of(text));
}
