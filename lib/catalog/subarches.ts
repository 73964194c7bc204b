/**
 * The `subarches` field of a product: the compatibility levels that MAAS stores for it, separated by commas without spaces.
 *
 * @param subarch without flavour: `ga-24.04`, `hwe-24.04`, `hwe-24.04-edge`, or a special one such as `xgene-uboot`, whose
 *   list is its own name. The lists of hwe and edge kernels do not contain their own names.
 * @param architecture dpkg's name; only armhf has `highbank`
 * @throws RangeError for an edge kernel of a release before 20.04 that has none
 */
export function subarchesOf(subarch: string, architecture: string): string {
  const [, version, edge] = /^(?:ga|hwe)-(\d\d\.\d\d)(-edge)?$/.exec(subarch) ?? [];
  if (!version) return subarch;
  const generic = architecture === 'armhf' ? ['generic', 'highbank'] : ['generic'];
  return [...generic, ...letters, ...(edge ? edgeLevels(version) : gaLevelsUpTo(version))].join(',');
}

/** The hwe kernels of precise and trusty, named by the letters of their releases; every later kernel lists all of them. */
const letters = ['hwe-p', 'hwe-q', 'hwe-r', 'hwe-s', 'hwe-t', 'hwe-u', 'hwe-v', 'hwe-w'];

/** Every release counts, including those without kernels in the catalogue (16.10 … 19.10). */
function gaLevelsUpTo(version: string): string[] {
  const levels: string[] = [];
  for (let year = 16; year <= lastYear; year++) {
    for (const month of ['04', '10']) {
      const level = `${year}.${month}`;
      if (level <= version) levels.push(`ga-${level}`);
    }
  }
  return levels;
}

function edgeLevels(version: string): string[] {
  if (version >= '20.04') return [...gaLevelsUpTo('18.04'), ...edgeSince2004(version).map((level) => `hwe-${level}`)];
  const row = edgeRows.find((one) => one.version === version);
  if (!row) throw new RangeError(`no edge kernels are known for ${version}`);
  return [...gaLevelsUpTo(row.gaUpTo), ...row.hwe.map((level) => `hwe-${level}`)];
}

/** From focal on, the ga part stays at 18.04, and only LTS releases count after 20.04, as published by images.maas.io. */
function edgeSince2004(version: string): string[] {
  const levels = ['18.10', '19.04', '19.10'];
  for (let year = 20; year <= lastYear && `${year}.04` <= version; year += 2) levels.push(`${year}.04`);
  return levels;
}

/** Two digits, because versions are compared as strings: 100.04 would sort below 99.10. */
const lastYear = 99;

/** The lists do not accumulate: bionic's starts at 18.10. */
const edgeRows = [
  { version: '16.04', gaUpTo: '16.04', hwe: ['16.04', '16.10', '17.04', '17.10', '18.04'] },
  { version: '18.04', gaUpTo: '18.04', hwe: ['18.10', '19.04'] },
] as const;
