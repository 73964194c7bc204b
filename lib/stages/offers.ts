import { type Kernel, kernelOf } from '../catalog/kernels';
import { type ItemName, itemPath, productFields, productId } from '../catalog/products';
import type { Job } from '../job/job';
import { mirror as layout } from '../job/layout';
import type { PublishInput } from '../job/plan';
import type { Artefact, Booted, Extracted } from '../job/results';
import type { Item, Version } from '../simplestreams/types';

/** One product with what its next version would hold, whatever that version will be called. */
export interface Offer {
  readonly productId: string;
  /** The product's own fields. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kernel: Kernel;
  readonly artefacts: Readonly<Partial<Record<ItemName, Artefact>>>;
  /** Version-level fields: what went in, and how it was tested. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface BuiltKernel {
  readonly kernel: string;
  readonly extracted: Extracted;
  readonly booted: Booted;
}

/** What the built flavours of one architecture are as products of the job's view. */
export function offersOf(job: Job, fetched: PublishInput['fetched'], built: readonly BuiltKernel[]): Offer[] {
  return built.map(({ kernel: name, extracted, booted }) => {
    const kernel = kernelOf(job.release, job.architecture, name);
    return {
      productId: productId(kernel, job.view),
      // `inputs` stands at the product: it is renewed when a build finds that nothing new came of newer inputs.
      fields: { ...productFields(kernel, job.view), ...(job.inputs === '' ? {} : { inputs: job.inputs }) },
      kernel,
      artefacts: {
        squashfs: fetched.squashfs,
        manifest: fetched.manifest,
        'boot-kernel': extracted.kernel,
        'boot-initrd': extracted.initrd,
      },
      facts: {
        base_sha256: fetched.squashfs.sha256,
        gate: booted.gate,
        image_package: extracted.imagePackage,
        image_version: extracted.imageVersion,
        kernel_version: extracted.kernelRelease,
        recipe: job.recipe,
        serial: fetched.serial,
      },
    };
  });
}

/** An offer as a version of that name. */
export function versionOf({ kernel, artefacts, facts }: Offer, name: string): Version {
  const items = Object.entries(artefacts).map(([item, artefact]) => [
    item,
    itemOf(kernel, name, item as ItemName, artefact as Artefact),
  ]);
  return { ...facts, items: Object.fromEntries(items) as Record<string, Item> };
}

/** Where the artefacts of an offer go in the pool, by their key in the work store. */
export function poolKeysOf({ kernel, artefacts }: Offer, version: string): { artefact: Artefact; key: string }[] {
  return Object.entries(artefacts).map(([item, artefact]) => ({
    artefact,
    key: layout.pool(itemPath(kernel, version, item as ItemName)),
  }));
}

function itemOf(kernel: Kernel, version: string, item: ItemName, { sha256, size }: Artefact): Item {
  const boots = item.startsWith('boot-');
  return {
    ftype: item,
    ...(boots ? { kpackage: kernel.package } : {}),
    path: itemPath(kernel, version, item),
    sha256,
    size,
  };
}
