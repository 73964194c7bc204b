import { MirrorError } from '../errors';
import type { Job } from '../job/job';
import { mirror as layout } from '../job/layout';
import { newestVersion } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import { sortsAbove } from '../simplestreams/version-order';
import type { Store } from '../store/store';

/** A product that gets a new version. */
interface Offered {
  readonly productId: string;
}

interface ClaimBench {
  readonly mirror: Store;
  readonly now: () => Date;
  /** Names whose folders already contain other files. @default - none */
  readonly spoiled?: ReadonlySet<string>;
}

/**
 * Finds a version name that sorts above all versions of the offered products, and claims its folder in the pool for this
 * execution: no version is ever rebuilt in place, and two builds never share one.
 */
export async function claimVersion(
  job: Job,
  serial: string,
  offers: readonly Offered[],
  document: Products | undefined,
  { mirror, now, spoiled }: ClaimBench,
): Promise<string> {
  const { release, architecture, execution } = job;
  const names = versionNames(serial, newestAmong(offers, document), now(), job.rebuild || job.customised);
  const keyOf = (name: string) => layout.claim(release, architecture, name);
  return claimFirst(
    [...names].filter((name) => !spoiled?.has(name)),
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

/**
 * The names to try, in this order: the image's serial for its first plain build; then the time of the build, and the
 * following seconds if that is taken; if none of these sorts above the newest version, its name with the time appended.
 * Upstream numbers its re-spins `.1`, `.2`: such names are never used here.
 * @param ownTime true for customised images and rebuilds: the serial is Ubuntu's name for its own image
 */
export function* versionNames(
  serial: string,
  newest: string | undefined,
  at: Date,
  ownTime: boolean,
): Generator<string> {
  const above = (name: string) => newest === undefined || sortsAbove(name, newest);
  const times = secondsFrom(at);
  if (!ownTime && above(serial)) yield serial;
  yield* times.map(({ day, time }) => `${day}.${time}`).filter(above);
  if (newest !== undefined) yield* times.map(({ time }) => `${newest}.${time}`);
}

/** The seconds of a build's minute, in the form used in names: `20261120` and `083000`, UTC. */
export function secondsFrom(at: Date): { day: string; time: string }[] {
  return Array.from({ length: 60 }, (_, second) => timeOf(new Date(at.getTime() + second * 1000)));
}

function timeOf(at: Date): { day: string; time: string } {
  const text = at.toISOString().replaceAll(/[-:]/g, '');
  return { day: text.slice(0, 8), time: text.slice(9, 15) };
}

/** The newest version of the offered products. */
export function newestAmong(offers: readonly Offered[], document: Products | undefined): string | undefined {
  const names = offers.flatMap(({ productId }) => {
    const product = document?.products[productId];
    const newest = product === undefined ? undefined : newestVersion(product);
    return newest === undefined ? [] : [newest];
  });
  return names.reduce<string | undefined>(
    (top, name) => (top === undefined || sortsAbove(name, top) ? name : top),
    undefined,
  );
}
