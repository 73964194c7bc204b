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
  /** Whether it was built; else its newest version is the one that it has, and only its fields are renewed. */
  readonly built: boolean;
  readonly artefacts: Readonly<Partial<Record<ItemName, Artefact>>>;
  /** Version-level fields: what went in, and how it was tested. */
  readonly facts: DecisiveFacts & Readonly<Record<string, string>>;
}

export interface BuiltKernel {
  readonly kernel: string;
  readonly extracted: Extracted;
  readonly booted: Booted;
}

/** What decides whether a version is what would be built now. */
export interface DecisiveFacts {
  /** Digest of the image that everything is made from. */
  readonly base_sha256: string;
  /** Digest of all packages that went in. */
  readonly packages: string;
  /** Digest of what was asked for, and of our own way of doing it. */
  readonly recipe: string;
}

/** What the flavours of one architecture are as products of the job's view: those that were built, and those that stand. */
export function offersOf(job: Job, input: PublishInput, built: readonly BuiltKernel[]): Offer[] {
  return input.selected.flavours.flatMap((flavour): Offer[] => {
    const made = built.find(({ kernel }) => kernel === flavour.builtAs);
    if (flavour.builtAs !== '' && made === undefined) return [];
    const kernel = kernelOf(job.release, job.architecture, flavour.kernel);
    return [
      {
        productId: productId(kernel, job.view),
        // `inputs` stands at the product: it is renewed when a build finds that nothing new came of newer inputs.
        fields: { ...productFields(kernel, job.view), ...(job.inputs === '' ? {} : { inputs: job.inputs }) },
        kernel,
        built: made !== undefined,
        artefacts: made === undefined ? {} : artefactsOf(input, made),
        facts: {
          base_sha256: input.fetched.squashfs.sha256,
          packages: flavour.packages,
          recipe: job.recipe,
          image_package: flavour.imagePackage,
          image_version: flavour.imageVersion,
          serial: input.fetched.serial,
          ...(made && { gate: made.booted.gate, kernel_version: made.extracted.kernelRelease }),
        },
      },
    ];
  });
}

function artefactsOf({ root }: PublishInput, { extracted }: BuiltKernel): Offer['artefacts'] {
  return {
    squashfs: root.squashfs,
    manifest: root.manifest,
    'boot-kernel': extracted.kernel,
    'boot-initrd': extracted.initrd,
  };
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
