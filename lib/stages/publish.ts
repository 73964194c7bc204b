import { versionFolder } from '../catalog/products';
import { MirrorError } from '../errors';
import type { PublishInput } from '../job/handed-on/publish-input';
import type { Job } from '../job/job';
import { jobOfStrings } from '../job/job-of';
import { mirror as layout } from '../job/layout';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import { showMirror } from '../publication/mirror/show-mirror';
import { claimVersion, isStillToRebuild } from '../publication/names/claim';
import { topAmong } from '../publication/names/known-names';
import { contentOf } from '../publication/next-content';
import { reuseIn } from '../publication/offers/offered-files';
import { standingProducts } from '../publication/offers/standing-products';
import type { Press } from '../publication/press';
import { readView } from '../publication/read-view';
import { timeText } from '../publication/state/kept-ledger';
import type { ViewContent } from '../publication/state/view-content';
import type { Withdrawal } from '../publication/state/withdrawal';
import { withdrawnEverywhere } from '../publication/withdrawn-everywhere';
import type { Store } from '../store/store';
import { outcomesOf } from './sisters/outcomes';
import { attemptOf, contentIdOf } from './updates/attempt';
import { builtChange, refuseFilled } from './updates/built-view';
import { contextOf, moveIntoPool } from './updates/into-pool';
import { newFilesOf, type Offer, offersOf } from './updates/offers';
import type { Published } from './updates/published';
import { type Claimed, updatesAmong } from './updates/updates';
import { sortedByDecision } from './updates/withdrawn-offers';

export interface PublishBench extends Press {
  /** The work store, which holds what the builds of this execution handed on. */
  readonly work: Store;
}

/**
 * Copies the files that one architecture's builds made into the pool, and commits them to the view. New versions of a held
 * product wait on the shelf; what is withdrawn in any view is left out.
 * @throws BadInput for results that no build of this request hands on, or if the view gets its versions from others;
 * RequiredKernelFailed; ContractBroken and BadSignature, before anything is published
 */
export async function publish(input: PublishInput, bench: PublishBench): Promise<Published> {
  const given = jobOfStrings(input.job);
  const context = await contextOf(given, input, bench);
  const published = contentOf(await readView(given.view, bench)); // write nothing if the view is signed with another key
  refuseFilled(published);
  const document = standingProducts(published, contentIdOf(given));
  const { built, kept, leftOut } = outcomesOf(given, input, context, document);
  const offers = [...offersOf(given, input, built, context), ...kept];
  await showMirror(given.view, given.release, bench);
  const job = { ...given, rebuild: await wantsRebuild(given, offers, published, bench) };

  for (;;) {
    const elsewhere = await withdrawnEverywhere(bench);
    const claimed = await claimUpdates(job, input.fetched.result.serial, offers, { ...bench, elsewhere });
    const attempt = attemptOf(offers, job, { claimed, elsewhere });
    try {
      const { followed } = await changeAndFollow(job.view, builtChange(attempt.change), bench);
      const outcome = attempt.outcome();
      const withdrawn = [...input.selected.withdrawn, ...outcome.withdrawn];
      const told = kept.map(({ kernel, facts }) => ({ kernel: kernel.name, from: facts.kept_from ?? '' }));
      return { architecture: job.architecture, ...outcome, withdrawn, leftOut, kept: told, followed };
    } catch (error) {
      // Another build has published a version that sorts above ours in the meantime: use a newer name.
      if (!(error instanceof MirrorError && error.name === 'VersionConflict')) throw error;
    }
  }
}

async function wantsRebuild(
  job: Job,
  offers: readonly Offer[],
  published: ViewContent,
  bench: PublishBench,
): Promise<boolean> {
  const top = topOf(offers, published);
  const claims = top === undefined ? [] : [layout.claim(job.release, job.architecture, top)];
  return isStillToRebuild(job, claims, bench.mirror);
}

const topOf = (offers: readonly Offer[], content: ViewContent) =>
  topAmong(
    offers.map(({ productId }) => productId),
    content,
  );

/** Copies into the pool, into a folder of their own, what the view does not offer yet of its updates. */
async function claimUpdates(
  job: Job,
  serial: string,
  offers: readonly Offer[],
  { elsewhere, ...bench }: PublishBench & { readonly elsewhere: readonly Withdrawal[] },
): Promise<Claimed | undefined> {
  const content = contentOf(await readView(job.view, bench));
  const document = standingProducts(content, contentIdOf(job));
  const { free } = sortedByDecision(offers, content, elsewhere, document);
  const updates = updatesAmong(free, document, job);
  if (updates.length === 0) return undefined;
  const folder = versionFolder(job.release, job.architecture, '');
  const files = updates.flatMap((offer) => newFilesOf(offer, ''));
  const reuse = await reuseIn(content, folder, files, bench.mirror);
  for (const spoiled = new Set<string>(); ; ) {
    const version = await claimVersion(job, serial, topOf(updates, content), { ...bench, spoiled });
    try {
      await moveIntoPool(updates, { version, reuse }, bench);
      return { version, built: timeText(bench.now()), offers: updates, reuse };
    } catch (error) {
      // An attempt of this execution before a redrive left files of other builds in this folder.
      if (!(error instanceof MirrorError && error.name === 'ObjectExists')) throw error;
      spoiled.add(version);
    }
  }
}
