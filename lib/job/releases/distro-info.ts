import { factsFault, isTooOld } from '../../catalog/described';
import { MirrorError } from '../../errors';
import { plainRules } from '../checked';
import { ReleaseFacts } from './facts';

/** Its path on Debian and Ubuntu (package distro-info-data, which is updated regularly). */
export const distroInfoFile = '/usr/share/distro-info/ubuntu.csv';

export interface DistroInfoRelease {
  readonly name: string;
  readonly facts: ReleaseFacts;
}

/**
 * The Ubuntu releases in distro-info-data, oldest first, without those that are too old to be built. Its columns: version,
 * codename, series, created, release, eol, eol-server, eol-esm; the last ones may be missing.
 * @param wanted series or version of the one release to read. @default - all valid ones
 * @throws BadFormat where the data of the wanted release is invalid
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
    const read = ReleaseFacts.safeParse(
      {
        version,
        title,
        codename: cell('codename'),
        released: cell('release'),
        supportEol: cell('eol'),
        supportEsmEol: cell('eol-esm'),
      },
      plainRules,
    );
    const fault = read.success ? factsFault(name, read.data) : read.error.issues[0]?.message;
    if (read.success && fault === undefined) return [{ name, facts: read.data }];
    if (wanted === undefined) return [];
    throw new MirrorError('BadFormat', `distro-info-data has invalid data for ${wanted}: ${fault} (${line})`, {
      hint: `update distro-info-data, or describe the release under \`catalogue\` in mirror.yaml`,
    });
  });
}
