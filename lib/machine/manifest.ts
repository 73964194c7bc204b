import { type Command, run } from './run';

/** What is installed in a tree, as the cloud images' manifests list it: `name[:arch]` TAB `version`, sorted by name. */
export async function manifestOf(tree: string): Promise<string> {
  return sortedManifest(await run(manifestCommand(tree), { quiet: true }));
}

export function manifestCommand(tree: string): Command {
  // binary:Package names the architecture exactly where more than one can be installed together.
  return [
    'dpkg-query',
    `--admindir=${tree}/var/lib/dpkg`,
    '--show',
    '--showformat=${db:Status-Abbrev}\t${binary:Package}\t${Version}\n',
  ];
}

/** @param printed lines of `status TAB name TAB version` */
export function sortedManifest(printed: string): string {
  const lines = printed
    .split('\n')
    // Wanted or held (`ii`, `hi`): the second letter says that it is installed.
    .filter((line) => line[1] === 'i')
    .map((line) => line.slice(line.indexOf('\t') + 1));
  return `${lines.sort((a, b) => (a < b ? -1 : 1)).join('\n')}\n`;
}
