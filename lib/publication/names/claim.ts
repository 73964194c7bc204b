import { MirrorError } from '../../errors';
import type { Job } from '../../job/job';
import { mirror as layout } from '../../job/layout';
import type { Store } from '../../store/store';
import { versionNames } from './version-names';

interface ClaimBench {
  readonly mirror: Store;
  readonly now: () => Date;
  /** Names whose folders already contain other files. @default - none */
  readonly spoiled?: ReadonlySet<string>;
}

/**
 * Finds a version name that sorts above every name that the offered products ever had in the view, and claims its folder in
 * the pool for this execution: no version is ever rebuilt in place, and two builds never share one.
 * @param serial of the base image
 * @param top the highest of these names: {@link topAmong}
 */
export async function claimVersion(
  job: Pick<Job, 'release' | 'architecture' | 'execution'>,
  serial: string,
  top: string | undefined,
  { mirror, now, spoiled }: ClaimBench,
): Promise<string> {
  const { release, architecture, execution } = job;
  const keyOf = (name: string) => layout.claim(release, architecture, name);
  return claimFirst(
    [...versionNames(serial, top, now())].filter((name) => !spoiled?.has(name)),
    keyOf,
    { execution, mirror, what: `${release} ${architecture}` },
  );
}

/**
 * Claims the first free name.
 * @param keyOf the key for the claim of a name
 * @throws VersionConflict if all names are taken
 */
export async function claimFirst(
  names: Iterable<string>,
  keyOf: (name: string) => string,
  { execution, mirror, what }: { execution: string; mirror: Store; what: string },
): Promise<string> {
  const claim = claimOf(execution);
  for (const name of names) {
    try {
      await mirror.create(keyOf(name), claim);
      return name;
    } catch (error) {
      if (!(error instanceof MirrorError && error.name === 'ObjectExists')) throw error;
    }
  }
  throw new MirrorError('VersionConflict', `all version names for this minute are in use for ${what}`, {
    hint: 'run the build again',
  });
}

/**
 * Whether a rebuild still has to be published. Before a redrive, it may have published already without reporting it: then
 * only what differs from the published versions is an update.
 * @param claims the keys for the claims of the newest versions
 */
export async function isStillToRebuild(
  { rebuild, execution }: Pick<Job, 'rebuild' | 'execution'>,
  claims: readonly string[],
  mirror: Store,
): Promise<boolean> {
  if (!rebuild) return false;
  const found = await Promise.all(claims.map((key) => mirror.read(key)));
  return !found.some((claim) => claim?.bytes.equals(claimOf(execution)));
}

function claimOf(execution: string): Buffer {
  return Buffer.from(`${JSON.stringify({ execution })}\n`);
}
