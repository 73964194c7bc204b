/** What the options of a printed command name; what is missing or empty means all. */
interface Scope {
  readonly architectures?: readonly string[];
  readonly flavours?: readonly string[];
  readonly allViews?: boolean;
}

/** A command line that a person can type: `maas-mirror restore stable noble 20261125.083000 --flavour hwe --all-views`. */
export function commandLine(
  words: readonly string[],
  { architectures = [], flavours = [], allViews = false }: Scope = {},
): string {
  const options = [
    ...(architectures.length > 0 ? ['--arch', architectures.join(',')] : []),
    ...(flavours.length > 0 ? ['--flavour', flavours.join(',')] : []),
    ...(allViews ? ['--all-views'] : []),
  ];
  return ['maas-mirror', ...words, ...options].map(quoted).join(' ');
}

/** For a shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
