/**
 * The `subarches` field of a product: the compatibility levels that MAAS stores for it, a comma list without blanks.
 *
 * @param subarch without flavour: `ga-24.04`, `hwe-24.04`, `hwe-24.04-edge`, or a special one, `xgene-uboot`, whose
 *   list is its own name. No list of `hwe` or of edge holds its own name.
 * @param architecture dpkg's word; armhf alone has `highbank`
 * @throws RangeError for an edge kernel of a release before 20.04 that has none
 */
export function subarchesOf(subarch: string, architecture: string): string {
  const [, version, edge] = /^(?:ga|hwe)-(\d\d\.\d\d)(-edge)?$/.exec(subarch) ?? [];
  if (!version) return subarch;
  const generic = architecture === 'armhf' ? ['generic', 'highbank'] : ['generic'];
  return [...generic, ...letters, ...(edge ? edgeLevels(version) : gaLevelsUpTo(version))].join(',');
}

/** The hwe kernels of precise and trusty, by the letters of their releases; every later kernel lists them all. */
const letters = ['hwe-p', 'hwe-q', 'hwe-r', 'hwe-s', 'hwe-t', 'hwe-u', 'hwe-v', 'hwe-w'];

/** Every half-yearly release counts, those without kernels in the catalogue (16.10 … 19.10) included. */
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
  if (!row) throw new RangeError(`no edge kernels of ${version} are known`);
  return [...gaLevelsUpTo(row.gaUpTo), ...row.hwe.map((level) => `hwe-${level}`)];
}

/** From focal on the ga part stays at 18.04, and of the releases after 20.04 only the LTS ones count. So published, so kept. */
function edgeSince2004(version: string): string[] {
  const levels = ['18.10', '19.04', '19.10'];
  for (let year = 20; year <= lastYear && `${year}.04` <= version; year += 2) levels.push(`${year}.04`);
  return levels;
}

/** Of two digits, which sort as strings: 100.04 would sort below 99.10. */
const lastYear = 99;

/** Not a growing list: bionic's starts at 18.10. */
const edgeRows = [
  { version: '16.04', gaUpTo: '16.04', hwe: ['16.04', '16.10', '17.04', '17.10', '18.04'] },
  { version: '18.04', gaUpTo: '18.04', hwe: ['18.10', '19.04'] },
] as const;
