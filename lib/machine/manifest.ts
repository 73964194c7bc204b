import { MirrorError } from '../errors';
import { inside } from './tree/inside';

/**
 * What is installed in a tree, as the cloud images' manifests list it: `name[:arch]` TAB `version`, sorted by name. Read
 * from dpkg's own status, for a build machine may have no dpkg (Amazon Linux, CodeBuild's for arm64).
 * @throws BadImage where no packages are installed
 */
export function manifestOf(tree: string): string {
  const file = 'var/lib/dpkg/status';
  const status = inside(tree).readText(file);
  if (status !== undefined) return manifestFrom(status);
  throw new MirrorError('BadImage', `an image without /${file}: it is neither Debian nor Ubuntu`, {
    hint: 'give the root file system of a cloud image as --base',
  });
}

/** @param status text of /var/lib/dpkg/status: one stanza for each package */
export function manifestFrom(status: string): string {
  const packages = status.split(/\n{2,}/).map(fieldsOf);
  const native = packages.find(({ Package }) => Package === 'dpkg')?.Architecture;
  const lines = packages
    // Wanted or held (`install ok installed`, `hold ok installed`): the third word says that it is installed.
    .filter(({ Status = '' }) => Status.endsWith(' installed'))
    .map((one) => `${nameOf(one, native)}\t${one.Version}`);
  return `${lines.sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`;
}

type Fields = Readonly<Record<string, string | undefined>>;

function fieldsOf(stanza: string): Fields {
  return Object.fromEntries([...stanza.matchAll(/^([\w-]+): (.*)$/gm)].map(([, name = '', value]) => [name, value]));
}

/** With the architecture exactly where dpkg names it: where more than one can be installed together. */
function nameOf({ Package, Architecture, 'Multi-Arch': multiArch }: Fields, native: string | undefined): string {
  const other = Architecture !== native && Architecture !== 'all';
  return multiArch === 'same' || other ? `${Package}:${Architecture}` : `${Package}`;
}
