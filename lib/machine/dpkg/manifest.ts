/* machine/dpkg: dpkg packages of a tree: manifest, files, unpacking, failures. */

import { MirrorError } from '../../errors';
import { foreignText } from '../output/printable';
import { inside } from '../tree/inside/inside';
import { hintOfPackage } from '../tree/inside/place';

/**
 * What is installed in a tree, as the cloud images' manifests list it: `name[:arch]` TAB `version`, sorted by name. Read
 * from dpkg's own status, for a build machine may have no dpkg (Amazon Linux, CodeBuild's for arm64).
 * @throws BadImage where no packages are installed
 */
export function manifestOf(tree: string): string {
  const status = inside(tree).readText(file);
  if (status !== undefined) return manifestFrom(status);
  throw new MirrorError('BadImage', `an image without /${file}: it is neither Debian nor Ubuntu`, {
    hint: 'give the root file system of a cloud image as --base',
  });
}

const file = 'var/lib/dpkg/status';

/** @param status text of /var/lib/dpkg/status: one stanza for each package */
export function manifestFrom(status: string): string {
  const packages = status.split(/\n{2,}/).map(fieldsOf);
  const native = packages.find(({ Package }) => Package === 'dpkg')?.Architecture;
  const lines = packages
    // Wanted or held (`install ok installed`, `hold ok installed`): the third word says that it is installed.
    .filter(({ Status = '' }) => Status.endsWith(' installed'))
    .map((one) => requireWords(`${nameOf(one, native)}\t${one.Version}`));
  return `${lines.sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`;
}

type Fields = Readonly<Record<string, string | undefined>>;

/** Only a line feed ends a line: a carriage return is a part of the value, as dpkg sees it. */
function fieldsOf(stanza: string): Fields {
  const fields = stanza.split('\n').map((line) => /^([\w-]+): (.*)$/s.exec(line));
  return Object.fromEntries(fields.flatMap((found) => (found ? [[found[1] ?? '', found[2]]] : [])));
}

/** What packages change in dpkg's status is published: no name may end a line, or move what is above it in a terminal. */
function requireWords(line: string): string {
  if (/^[!-~]+\t[!-~]+$/.test(line)) return line;
  throw new MirrorError(
    'BadImage',
    `/${file} in the image has a package of an odd name or version: ${foreignText(line)}`,
    {
      hint: hintOfPackage,
    },
  );
}

/** With the architecture exactly where dpkg names it: where more than one can be installed together. */
function nameOf({ Package, Architecture, 'Multi-Arch': multiArch }: Fields, native: string | undefined): string {
  const other = Architecture !== native && Architecture !== 'all';
  return multiArch === 'same' || other ? `${Package}:${Architecture}` : `${Package}`;
}
