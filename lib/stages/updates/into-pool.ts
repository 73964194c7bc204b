import { checkMaterials, checkPublishable } from '../../job/handed-on/handed-on';
import type { PublishInput } from '../../job/handed-on/publish-input';
import type { Job } from '../../job/job';
import { foldersOf, mirror as layout, made } from '../../job/layout';
import type { Store } from '../../store/store';
import { materialsAt, requestAt } from '../run-documents';
import { type Context, type Offer, poolKeysOf, provenanceFile, versionOf } from './offers';

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

/** Objects enter the pool only with the digests that the state machine passed on. @throws ObjectExists, ChecksumMismatch */
export async function moveIntoPool(
  offers: readonly Offer[],
  version: string,
  { mirror, work }: PoolBench,
): Promise<void> {
  const keys = new Map(offers.flatMap((offer) => poolKeysOf(offer, version)).map((one) => [one.key, one.artefact]));
  for (const [key, artefact] of keys) await mirror.adopt(key, work, artefact.key, { sha256: artefact.sha256 });
  for (const offer of offers) {
    const provenance = provenanceFile(offer, version, versionOf(offer, version).items);
    if (provenance === undefined) continue;
    await mirror.create(layout.pool(provenance.path), provenance.bytes, { contentType: 'application/json' });
  }
}
