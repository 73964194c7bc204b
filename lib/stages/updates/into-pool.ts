import { checkMaterials, checkPublishable } from '../../job/handed-on/handed-on';
import type { PublishInput } from '../../job/handed-on/publish-input';
import type { Job } from '../../job/job';
import { foldersOf, mirror as layout, made } from '../../job/layout';
import type { Reuse } from '../../publication/offers/offered-files';
import type { Store } from '../../store/store';
import { materialsAt, requestAt } from '../run-documents';
import { type Context, newFilesOf, type Offer, provenanceFile, versionOf } from './offers';

interface PoolBench {
  readonly mirror: Store;
  readonly work: Store;
  readonly now: () => Date;
}

/** Checks what the builds reported before anything uses it. @throws BadInput; the errors of requestAt and materialsAt */
export async function contextOf(job: Job, input: PublishInput, { work, now }: PoolBench): Promise<Context> {
  const { build, result } = input.prepared;
  const request = await requestAt(job.folder, work);
  const asked = { job, request, now: now() };
  checkPublishable(input, asked);
  const key = made.materials(foldersOf({ ...job, prepared: build }).prepared);
  const materials = await materialsAt({ key, ...result.materials }, work);
  checkMaterials(materials, asked);
  return { request, materials };
}

/**
 * Objects enter the pool only with the digests that the state machine passed on.
 * @param reuse where the view offers files already: they are not stored again
 * @throws ObjectExists, ChecksumMismatch
 */
export async function moveIntoPool(
  offers: readonly Offer[],
  { version, reuse }: { readonly version: string; readonly reuse: Reuse },
  { mirror, work }: PoolBench,
): Promise<void> {
  const files = offers.flatMap((offer) => newFilesOf(offer, version)).filter((file) => reuse(file) === undefined);
  for (const { path, key, sha256 } of new Map(files.map((file) => [file.path, file])).values()) {
    await mirror.adopt(layout.pool(path), work, key, { sha256 });
  }
  for (const offer of offers) {
    const provenance = provenanceFile(offer, version, versionOf(offer, version, reuse).items);
    if (provenance === undefined) continue;
    await mirror.create(layout.pool(provenance.path), provenance.bytes, { contentType: 'application/json' });
  }
}
