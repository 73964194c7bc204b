import { type Kernel, kernelOf } from '../../catalog/kernels';
import { type ItemName, itemPath, productFields, productId } from '../../catalog/products';
import type { PublishInput } from '../../job/handed-on/publish-input';
import type { Artefact, Booted, Extracted, Fetched } from '../../job/handed-on/results';
import type { Job } from '../../job/job';
import { foldersOf, made as keys } from '../../job/layout';
import { releaseFor } from '../../job/releases/release-for';
import { type NamedFile, type Reuse, reusesNothing } from '../../publication/offers/offered-files';
import { sha256Of } from '../../sha256';
import type { Item, Version } from '../../simplestreams/types';
import { type Origin, provenanceOf } from '../provenance';
import { baseWord, inputsDigest } from './inputs-digest';

/** One product with the contents of its next version, which has no name yet. */
export interface Offer {
  readonly productId: string;
  /** The product's own fields. */
  readonly fields: Readonly<Record<string, string>>;
  readonly kernel: Kernel;
  /** Newest version of the product when the build checked; empty if it had none. */
  readonly newest: string;
  /** Whether it was built; otherwise its newest version stays, and only its fields are updated. */
  readonly built: boolean;
  readonly artefacts: Readonly<Partial<Record<ItemName, Artefact>>>;
  /** Kernel and initrd as an earlier version has them, if they are kept: their copies are the artefacts. @default - they were built */
  readonly kept?: Readonly<Record<'boot-kernel' | 'boot-initrd', Item>>;
  /** Version-level fields: what went in, and how it was tested. */
  readonly facts: Partial<DecisiveFacts> & Readonly<Record<string, string>>;
  /** What its provenance records. @default - it has no provenance */
  readonly origin?: Origin;
}

export interface BuiltKernel {
  readonly kernel: string;
  readonly extracted: { readonly build: string; readonly result: Extracted };
  readonly booted: Booted;
}

/** What decides whether a version equals what would be built now. */
export interface DecisiveFacts {
  /** Digest of the image that everything is made from. */
  readonly base_sha256: string;
  /** Digest of all packages that went in. */
  readonly packages: string;
  /** Digest of what was requested, and of how it is built. */
  readonly recipe: string;
}

/** What Publish reads of an execution in addition to its input. */
export type Context = Pick<Origin, 'request' | 'materials'>;

/** The flavours of one architecture as products of the job's view: those that were built, and those that are unchanged. */
export function offersOf(job: Job, input: PublishInput, built: readonly BuiltKernel[], context: Context): Offer[] {
  const { selected } = input;
  const fetched = input.fetched.result;
  const missing = selected.missing.map(({ kernel }) => kernel).join(' ');
  const looked = { ...inputsSeen(job, fetched, context), ...(missing && { missing }) };
  return selected.flavours.flatMap((flavour): Offer[] => {
    const made = built.find(({ kernel }) => kernel === flavour.builtAs);
    if (flavour.builtAs !== '' && made === undefined) return [];
    const kernel = kernelOf(releaseFor(context.request), job.architecture, flavour.kernel);
    return [
      {
        productId: productId(kernel, job.view),
        // `inputs` is a field of the product: it is updated if a build finds that newer inputs change nothing.
        fields: { ...productFields(kernel, job.view), ...looked },
        kernel,
        newest: flavour.newest,
        built: made !== undefined,
        artefacts: made === undefined ? {} : artefactsOf(job, input, made),
        facts: {
          base_sha256: fetched.squashfs.sha256,
          packages: flavour.packages,
          recipe: job.recipe,
          image_package: flavour.imagePackage,
          image_version: flavour.imageVersion,
          serial: fetched.serial,
          ...(made && { gate: made.booted.gate, kernel_version: made.extracted.result.kernelRelease }),
        },
        origin: { ...context, fetched, recipe: job.recipe, builtAs: flavour.builtAs },
      },
    ];
  });
}

/** The planned inputs, if they are what went in. */
function inputsSeen({ inputs, recipe }: Job, { serial, source }: Fetched, { materials }: Context): { inputs?: string } {
  const archives = materials.archives.map(({ sha256 }) => sha256);
  const seen = inputsDigest({ recipe, archives, base: baseWord(source, serial) });
  return inputs !== '' && inputs === seen ? { inputs } : {};
}

/** The keys follow from the builds that made the files; the builds report only sizes and digests. */
function artefactsOf(
  job: Job,
  input: PublishInput,
  { kernel, extracted: { build, result } }: BuiltKernel,
): Offer['artefacts'] {
  const { extracted } = foldersOf({ ...job, kernel, extracted: build });
  return {
    ...rootArtefacts(job, input),
    'boot-kernel': { key: keys.kernel(extracted), ...result.kernel },
    'boot-initrd': { key: keys.initrd(extracted), ...result.initrd },
  };
}

/** What all flavours of an architecture share. */
export function rootArtefacts(job: Job, { fetched, root }: PublishInput): Offer['artefacts'] {
  const folder = foldersOf({ ...job, root: root.build }).root;
  const { squashfs, manifest } = root.result ?? fetched.result;
  return {
    squashfs: { key: keys.squashfs(folder), ...squashfs },
    manifest: { key: keys.manifest(folder), ...manifest },
  };
}

/**
 * An offer as a version with this name. Its provenance is named in fields that MAAS ignores.
 * @param reuse where the view offers its files already @default - nowhere
 */
export function versionOf(offer: Offer, name: string, reuse = reusesNothing): Version {
  const items = newFilesOf(offer, name).map(({ item, ...file }) => [item, itemOf(offer, item, file, reuse)] as const);
  const version = { ...offer.facts, items: Object.fromEntries(items) };
  const provenance = provenanceFile(offer, name, version.items);
  if (provenance === undefined) return version;
  const { sha256, size } = measured(provenance.bytes);
  return { ...version, provenance: provenance.path, provenance_sha256: sha256, provenance_size: String(size) };
}

/** The provenance of an offer's version, stored next to its kernel. */
export function provenanceFile(
  { kernel, origin }: Offer,
  name: string,
  items: Version['items'],
): { readonly path: string; readonly bytes: Buffer } | undefined {
  if (origin === undefined) return undefined;
  const path = itemPath(kernel, name, 'provenance.json');
  return { path, bytes: provenanceOf(kernel, Object.values(items), origin) };
}

function measured(bytes: Buffer): { sha256: string; size: number } {
  return { sha256: sha256Of(bytes), size: bytes.length };
}

/** A file of an offer: its key in the work store, and its path in the folder of the version. */
export interface NewFile extends Artefact {
  readonly item: ItemName;
  readonly path: string;
}

/** The files of an offer, as if all of them were stored for a version with this name. */
export function newFilesOf({ kernel, artefacts }: Offer, version: string): NewFile[] {
  return Object.entries(artefacts).map(([name, artefact]) => {
    const item = name as ItemName;
    return { ...artefact, item, path: itemPath(kernel, version, item) };
  });
}

function itemOf({ kernel, kept }: Offer, item: ItemName, { path, sha256, size }: NamedFile, reuse: Reuse): Item {
  const boots = item === 'boot-kernel' || item === 'boot-initrd';
  const fields = (boots && kept?.[item]) || {
    ftype: item,
    ...(item.startsWith('boot-') && { kpackage: kernel.package }),
  };
  return { ...fields, path: reuse({ path, sha256, size }) ?? path, sha256, size };
}
