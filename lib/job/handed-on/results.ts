import { z } from 'zod';
import {
  catalogueWord,
  kernelRelease,
  largestDocument,
  largestObject,
  line,
  packageName,
  packageVersion,
  serial,
  sha256,
} from './foreign-words';

/**
 * Build results come from a machine that ran other people's scripts as root: they contain only words and numbers of known
 * shapes and lengths, and never decide where something is read.
 * @param result its schema
 */
export const handedOn = <T extends z.ZodType>(result: T) =>
  z.strictObject({
    /** Id of the build, from CodeBuild. The build owns a folder of the work store (lib/job/layout.ts). */
    build: z.string().regex(/^[\w.-]+:\w[\w.-]*$/, 'must be a build id'),
    result,
  });

/** An object that a stage wrote to its folder of the work store, and measured. */
export const Made = z.strictObject({
  sha256,
  /** Bytes. */
  size: z.int().nonnegative().max(largestObject),
});
export type Made = z.infer<typeof Made>;

/** The same, with its key. */
export interface Artefact extends Made {
  readonly key: string;
}

/** Where a base image came from. */
export const ImageSource = z.strictObject({
  kind: z.enum(['cloud-image', 'bootstrap', 'given']),
  /** Address or path of the image; for a bootstrap, the archives. */
  uri: line(4096),
  /** Of the file at `uri`; empty for a bootstrap. */
  sha256: z.union([sha256, z.literal('')]),
  /** Product of the stream that offered it, or empty. */
  product: line(200),
});
export type ImageSource = z.infer<typeof ImageSource>;

/** Result of the fetch stage: the base image. */
export const Fetched = z.strictObject({
  serial,
  squashfs: Made,
  manifest: Made,
  source: ImageSource,
});
export type Fetched = z.infer<typeof Fetched>;

/** Result of the upgrade stage: the image to publish instead of the base. */
export const Root = z.strictObject({ squashfs: Made, manifest: Made });
export type Root = z.infer<typeof Root>;

/** What apt would install for a flavour, resolved before anything is built. */
export const ResolvedKernel = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('resolved'),
    kernel: catalogueWord,
    /** The package that contains the kernel, e.g. `linux-image-6.8.0-50-generic`. */
    imagePackage: packageName,
    imageVersion: packageVersion,
    /** Digest of the packages that the initramfs is built from, with their versions. Equal digests give equal kernels. */
    packages: sha256,
  }),
  z.strictObject({
    outcome: z.literal('missing'),
    kernel: catalogueWord,
    error: z.string().regex(/^[A-Za-z]{1,64}$/, 'must be the name of an error'),
    message: z.string().max(8192),
  }),
]);
export type ResolvedKernel = z.infer<typeof ResolvedKernel>;

/** Result of the prepare stage: the overlay layer shared by all flavours of an architecture, as a squashfs. */
export const Prepared = z.strictObject({
  layer: Made,
  kernels: z.array(ResolvedKernel).max(32),
  /** The archives and packages used, for the provenance: a JSON object (lib/job/handed-on/materials.ts). */
  materials: Made.extend({ size: z.int().nonnegative().max(largestDocument) }),
});
export type Prepared = z.infer<typeof Prepared>;

/** One flavour of a request, and the build that provides it. */
export const SelectedFlavour = z.strictObject({
  kernel: z.string(),
  need: z.enum(['required', 'optional']),
  /**
   * The flavour to build or keep for it: itself, or another that resolves to the same packages; empty if it stays as it is.
   */
  builtAs: z.string(),
  imagePackage: z.string(),
  imageVersion: z.string(),
  packages: z.string(),
  /** Newest version of its product at that time; empty if it had none. */
  newest: z.string(),
});
export type SelectedFlavour = z.infer<typeof SelectedFlavour>;

const Need = z.enum(['required', 'optional']);

/**
 * build or keep: if its build fails, its last kernel and initrd are published with the new root, provided that they boot with
 * it. keep: so at once, because the flavour is not built and its sisters get a new root.
 */
const How = z.enum(['build', 'build or keep', 'keep']);

/** What to build for an architecture, given what is already published. */
export const Selected = z.strictObject({
  build: z.array(z.strictObject({ kernel: z.string(), need: Need, how: How })),
  flavours: z.array(SelectedFlavour),
  /** Optional flavours that are missing in the archive. */
  missing: z.array(z.strictObject({ kernel: z.string(), message: z.string() })),
  /** Flavours that were not built, because an operator withdrew what they would be: `withdrawn: same inputs as …`. */
  withdrawn: z.array(z.strictObject({ kernel: z.string(), said: z.string() })),
});
export type Selected = z.infer<typeof Selected>;

/** A kernel has a few thousand modules; 0 means that the drivers were not counted. */
const driverCount = z.int().min(1).max(100_000);

/** Result of the extract stage for one flavour. */
export const Extracted = z.strictObject({
  kernel: Made,
  initrd: Made,
  /** The package that owns the kernel file, e.g. `linux-image-6.1.0-40-amd64`. */
  imagePackage: packageName,
  /** Its version, e.g. `6.1.153-1`. */
  imageVersion: packageVersion,
  /** As printed by `uname -r`, e.g. `6.1.0-40-amd64`. */
  kernelRelease,
  /** Number of drivers that the initrd needs and the kernel's packages have, and how many of them the initrd has. */
  drivers: z.strictObject({ wanted: driverCount, found: driverCount }),
});
export type Extracted = z.infer<typeof Extracted>;

/** Result of the boot test. */
export const Booted = z.strictObject({
  gate: z.enum(['passed', 'impossible', 'waived']),
  /** What happened, in words. */
  evidence: z.string().max(8192),
});
export type Booted = z.infer<typeof Booted>;

/** The last kernel and initrd of a flavour, copied from the pool into the folder of a build. */
export const Kept = z.strictObject({
  /** Name of the version that has them. */
  version: z.string().min(1),
  kernel: Made,
  initrd: Made,
});
export type Kept = z.infer<typeof Kept>;

const ofKernel = { kernel: z.string(), need: Need };

/** Result of EachKernel for one flavour, as Publish receives it. */
export const KernelResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('built'), ...ofKernel, extracted: handedOn(Extracted), booted: Booted }),
  z.object({ outcome: z.literal('kept'), ...ofKernel, kept: handedOn(Kept), booted: Booted }),
  z.object({
    outcome: z.literal('failed'),
    ...ofKernel,
    error: z.object({ Error: z.string(), Cause: z.string().default('') }),
  }),
]);
export type KernelResult = z.infer<typeof KernelResult>;

/** Result of one architecture. */
export const ArchitectureResult = z.looseObject({
  outcome: z.enum(['published', 'failed']),
  architecture: z.string(),
  /** `amd64: published`, or the name of the error. */
  summary: z.string(),
});
export type ArchitectureResult = z.infer<typeof ArchitectureResult>;
