/* machine/dpkg: dpkg packages in a tree: manifest, files, unpacking, failures. */

import { MirrorError } from '../../errors';
import { foreignText } from '../output/printable';
import { inside } from '../tree/inside/inside';
import { hintOfPackage } from '../tree/inside/place';

/**
 * The packages installed in a tree, in the format of the cloud images' manifests: `name[:arch]` TAB `version`, sorted by
 * name. Read from dpkg's status file, since the build machine may have no dpkg (Amazon Linux, CodeBuild's for arm64).
 * @throws BadImage if no packages are installed
 */
export function manifestOf(tree: string): string {
  const status = inside(tree).readText(file);
  if (status !== undefined) return manifestFrom(status);
  throw new MirrorError('BadImage', `the image has no /${file}, so it is neither Debian nor Ubuntu`, {
    hint: 'specify the root file system of a cloud image with --base',
  });
}

const file = 'var/lib/dpkg/status';

/** @param status text of /var/lib/dpkg/status: one stanza per package */
export function manifestFrom(status: string): string {
  const packages = status.split(/\n{2,}/).map(fieldsOf);
  const native = packages.find(({ Package }) => Package === 'dpkg')?.Architecture;
  const lines = packages
    // `install ok installed` or, on hold, `hold ok installed`: the third word is the state.
    .filter(({ Status = '' }) => Status.endsWith(' installed'))
    .map((one) => requireWords(`${nameOf(one, native)}\t${one.Version}`));
  return `${lines.sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`;
}

type Fields = Readonly<Record<string, string | undefined>>;

/** Only a line feed ends a line: dpkg treats a carriage return as part of the value. */
function fieldsOf(stanza: string): Fields {
  const fields = stanza.split('\n').map((line) => /^([\w-]+): (.*)$/s.exec(line));
  return Object.fromEntries(fields.flatMap((found) => (found ? [[found[1] ?? '', found[2]]] : [])));
}

/** The manifest is published and packages can change dpkg's status: refuse names with line ends or terminal sequences. */
function requireWords(line: string): string {
  if (/^[!-~]+\t[!-~]+$/.test(line)) return line;
  throw new MirrorError(
    'BadImage',
    `/${file} in the image has a package with an invalid name or version: ${foreignText(line)}`,
    {
      hint: hintOfPackage,
    },
  );
}

/** Adds the architecture where dpkg does: for packages that can be installed for several architectures together. */
function nameOf({ Package, Architecture, 'Multi-Arch': multiArch }: Fields, native: string | undefined): string {
  const other = Architecture !== native && Architecture !== 'all';
  return multiArch === 'same' || other ? `${Package}:${Architecture}` : `${Package}`;
}
