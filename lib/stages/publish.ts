import { contentId } from '../catalog/products';
import { familyOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import { checkMaterials, checkPublishable } from '../job/handed-on/handed-on';
import type { PublishInput } from '../job/handed-on/publish-input';
import type { KernelResult, Selected } from '../job/handed-on/results';
import type { Job } from '../job/job';
import { jobOfStrings } from '../job/job-of';
import { foldersOf, mirror as layout, made } from '../job/layout';
import { addingVersions } from '../publication/add-versions';
import { changeAndFollow } from '../publication/derived/change-and-follow';
import { showMirror } from '../publication/mirror/show-mirror';
import { claimVersion, isStillToRebuild } from '../publication/names/claim';
import { topAmong } from '../publication/names/known-names';
import { contentOf } from '../publication/next-content';
import type { Press } from '../publication/press';
import { readIndex } from '../publication/read-index';
import { readView } from '../publication/read-view';
import type { ViewContent } from '../publication/state/view-content';
import type { Addition } from '../simplestreams/merge';
import type { Products } from '../simplestreams/types';
import type { Store } from '../store/store';
import { materialsAt, requestAt } from './run-documents';
import {
  type BuiltKernel,
  type Context,
  type Offer,
  offersOf,
  poolKeysOf,
  provenanceFile,
  versionOf,
} from './updates/offers';
import { additionsOf, type Claimed, overtakenAmong, updatesAmong } from './updates/updates';

export interface PublishBench extends Press {
  /** The work store, which holds what the builds of this execution handed on. */
  readonly work: Store;
}

export interface Published {
  readonly architecture: string;
  /** The new version, or null if the newest version of every product is already equal. */
  readonly version: string | null;
  /** Ids of the products that got it. */
  readonly products: readonly string[];
  /** Flavours that were built but skipped, because another build published a different version in the meantime. */
  readonly overtaken: readonly string[];
  /** Optional flavours that failed and were left out. */
  readonly leftOut: readonly string[];
}

/**
 * Copies the files that one architecture's builds made into the pool, and commits them to the view.
 * @throws BadInput for results that no build of this request hands on; RequiredKernelFailed; ContractBroken and BadSignature, before anything is published
 */
export async function publish(input: PublishInput, bench: PublishBench): Promise<Published> {
  const given = jobOfStrings(input.job);
  const context = await contextOf(given, input, bench);
  const { built, leftOut } = sorted(input.kernels, input.selected);
  const offers = offersOf(given, input, built, context);
  const id = contentIdOf(given);
  await readIndex(given.view, bench); // write nothing if the view is signed with another key
  await showMirror(given.view, given.release, bench);
  const job = { ...given, rebuild: await wantsRebuild(given, offers, bench) };

  for (;;) {
    const claimed = await claimUpdates(job, input.fetched.result.serial, offers, bench);
    let added: readonly Addition[] = [];
    let overtaken: readonly string[] = [];
    const additions = (current: Products | undefined) => {
      added = additionsOf(offers, current, job, claimed);
      overtaken = overtakenAmong(offers, current, job).map(({ kernel }) => kernel.name);
      return added;
    };
    try {
      await changeAndFollow(
        job.view,
        addingVersions(id, additions, { what: 'publish', execution: job.execution }),
        bench,
      );
      return { architecture: job.architecture, ...newIn(added, claimed), overtaken, leftOut };
    } catch (error) {
      // Another build has published a version that sorts above ours in the meantime: use a newer name.
      if (!(error instanceof MirrorError && error.name === 'VersionConflict')) throw error;
    }
  }
}

const contentIdOf = ({ release, view }: Job) => contentId({ family: familyOf(release) }, view);

async function wantsRebuild(job: Job, offers: readonly Offer[], bench: PublishBench): Promise<boolean> {
  const top = topOf(offers, contentOf(await readView(job.view, bench)));
  const claims = top === undefined ? [] : [layout.claim(job.release, job.architecture, top)];
  return isStillToRebuild(job, claims, bench.mirror);
}

const topOf = (offers: readonly Offer[], content: ViewContent) =>
  topAmong(
    offers.map(({ productId }) => productId),
    content,
  );

/** Copies updates into the pool, into a folder of their own. */
async function claimUpdates(
  job: Job,
  serial: string,
  offers: readonly Offer[],
  bench: PublishBench,
): Promise<Claimed | undefined> {
  const content = contentOf(await readView(job.view, bench));
  const updates = updatesAmong(offers, content.documents.get(contentIdOf(job)), job);
  if (updates.length === 0) return undefined;
  for (const spoiled = new Set<string>(); ; ) {
    const version = await claimVersion(job, serial, topOf(updates, content), { ...bench, spoiled });
    try {
      await moveIntoPool(updates, version, bench);
      return { version, offers: updates };
    } catch (error) {
      // An attempt of this execution before a redrive left files of other builds in this folder.
      if (!(error instanceof MirrorError && error.name === 'ObjectExists')) throw error;
      spoiled.add(version);
    }
  }
}

/** A claimed version may turn out not to be needed: an equal build may have been published first. */
function newIn(added: readonly Addition[], claimed: Claimed | undefined): Pick<Published, 'version' | 'products'> {
  const products = added.filter(({ versionName }) => versionName === claimed?.version).map((one) => one.productId);
  return { version: products.length === 0 ? null : (claimed?.version ?? null), products };
}

/** A required flavour that failed fails the architecture; an optional one is left out. */
function sorted(
  kernels: readonly KernelResult[],
  { flavours, missing }: Selected,
): { built: BuiltKernel[]; leftOut: string[] } {
  const built = kernels.filter((one) => one.outcome === 'built');
  const failed = kernels.filter((one) => one.outcome === 'failed');
  const lost = flavours.filter(({ builtAs }) => failed.some(({ kernel }) => kernel === builtAs));
  const required = lost.filter(({ need }) => need === 'required');
  if (required.length > 0 || lost.length === flavours.length) {
    const [first] = failed;
    const names = (required.length > 0 ? required : lost).map(({ kernel }) => kernel).join(', ');
    throw new MirrorError('RequiredKernelFailed', `nothing was published, because these kernels failed: ${names}`, {
      hint: `the first error was ${first?.error.Error ?? 'that nothing was built'}; see its log`,
    });
  }
  return { built, leftOut: [...lost, ...missing].map(({ kernel }) => kernel) };
}

/** Checks what the builds reported before anything uses it. */
async function contextOf(job: Job, input: PublishInput, { work, now }: PublishBench): Promise<Context> {
  const { build, result } = input.prepared;
  const request = await requestAt(job.folder, work);
  const asked = { job, request, now: now() };
  checkPublishable(input, asked);
  const key = made.materials(foldersOf({ ...job, prepared: build }).prepared);
  const materials = await materialsAt({ key, ...result.materials }, work);
  checkMaterials(materials, asked);
  return { request, materials };
}

/** Objects enter the pool only with the digests that the state machine passed on. */
async function moveIntoPool(offers: readonly Offer[], version: string, { mirror, work }: PublishBench): Promise<void> {
  const keys = new Map(offers.flatMap((offer) => poolKeysOf(offer, version)).map((one) => [one.key, one.artefact]));
  for (const [key, artefact] of keys) await mirror.adopt(key, work, artefact.key, { sha256: artefact.sha256 });
  for (const offer of offers) {
    const provenance = provenanceFile(offer, version, versionOf(offer, version).items);
    if (provenance === undefined) continue;
    await mirror.create(layout.pool(provenance.path), provenance.bytes, { contentType: 'application/json' });
  }
}
