import { factsFault, isTooOld } from '../../catalog/described';
import { MirrorError } from '../../errors';
import { ReleaseFacts } from './facts';

/** Where Debian and Ubuntu keep it (package distro-info-data, which their updates renew). */
export const distroInfoFile = '/usr/share/distro-info/ubuntu.csv';

export interface DistroInfoRelease {
  readonly name: string;
  readonly facts: ReleaseFacts;
}

/**
 * The releases of Ubuntu that distro-info-data has, oldest first: lines of version, codename, series, created, release, eol,
 * eol-server, eol-esm, of which later ones may be missing. Those that are too old to be built are left out.
 * @param wanted series or version of the only one that is read. @default - all that can be described
 * @throws BadFormat where the one that is wanted is described wrongly
 */
export function distroInfoReleases(csv: string, wanted?: string): DistroInfoRelease[] {
  const [heading = '', ...lines] = csv.split('\n').map((line) => line.trimEnd());
  const columns = heading.split(',');
  return lines.filter(Boolean).flatMap((line): DistroInfoRelease[] => {
    const cells = line.split(',');
    const cell = (column: string) => {
      const at = columns.indexOf(column);
      return at < 0 ? undefined : cells[at] || undefined;
    };
    const [name = '', title = ''] = [cell('series'), cell('version')];
    const version = title.replace(/ LTS$/, '');
    if ((wanted !== undefined && wanted !== name && wanted !== version) || isTooOld(version)) return [];
    const read = ReleaseFacts.safeParse({
      version,
      title,
      codename: cell('codename'),
      released: cell('release'),
      supportEol: cell('eol'),
      supportEsmEol: cell('eol-esm'),
    });
    const fault = read.success ? factsFault(name, read.data) : read.error.issues[0]?.message;
    if (read.success && fault === undefined) return [{ name, facts: read.data }];
    if (wanted === undefined) return [];
    throw new MirrorError('BadFormat', `distro-info-data describes ${wanted} wrongly: ${fault} (${line})`, {
      hint: `update distro-info-data, or describe the release by \`catalogue\` in mirror.yaml`,
    });
  });
}
