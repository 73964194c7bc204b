import { MirrorError } from '../errors';
import type { StackOutputs } from '../job/aws/stack-outputs';
import { bootloadersRequest } from '../job/job';
import { mirror as layout } from '../job/layout';
import { openStore } from '../store/open';
import type { OnUnread } from './each-view';
import { listMirror, type MirrorRow } from './list';

/** One release in one view of a mirror; bootloaders count as a release. */
export interface HeldRelease {
  readonly view: string;
  readonly release: string;
  readonly architectures: readonly string[];
  readonly kernels: readonly string[];
  /** Newest version of any of its products. */
  readonly newest: string;
  /** Number of different version names. */
  readonly versions: number;
}

/**
 * The releases in a deployed mirror, read from its bucket if the caller has access, otherwise from its site.
 * @param known views to read from the site, which cannot list them
 * @param onUnread called with a view that is left out, since it cannot be read
 * @throws what openStore and listMirror throw
 */
export async function heldReleases(
  outputs: StackOutputs,
  known: readonly string[],
  onUnread: OnUnread,
): Promise<HeldRelease[]> {
  return byRelease(await rowsOf(outputs, known, onUnread));
}

async function rowsOf(
  { mirrorBucketName, mirrorUrl }: StackOutputs,
  known: readonly string[],
  onUnread: OnUnread,
): Promise<MirrorRow[]> {
  try {
    return await listMirror(await openStore(`s3://${mirrorBucketName}`), { onUnread });
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error; // any MirrorError: the site is read instead, or reports what is wrong
  }
  const site = await openStore(mirrorUrl);
  const there = await Promise.all(known.map((view) => site.read(layout.index(view))));
  // A view whose executions all failed has no index.
  const views = known.filter((_, at) => there[at] !== undefined);
  return await listMirror(site, { views, onUnread });
}

function byRelease(rows: readonly MirrorRow[]): HeldRelease[] {
  const releaseOf = ({ bootloader, release }: MirrorRow) => (bootloader === undefined ? release : bootloadersRequest);
  const groups = Map.groupBy(rows, (row) => `${row.view} ${releaseOf(row)}`);
  const held = [...groups.values()].flatMap((group) => {
    const [newest] = group; // listMirror's order
    if (newest === undefined) return [];
    const { view, version } = newest;
    return {
      view,
      release: releaseOf(newest),
      architectures: distinct(group.map(({ architecture }) => architecture)),
      kernels: distinct(group.map(({ kernel }) => kernel)),
      newest: version,
      versions: new Set(group.map((row) => row.version)).size,
    };
  });
  return held.sort((a, b) => (`${a.view} ${a.release}` < `${b.view} ${b.release}` ? -1 : 1));
}

const distinct = (words: readonly string[]) => [...new Set(words.filter(Boolean))].sort();
