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
 * What a build says of itself comes from a machine that ran other people's scripts as root: all of it is words and numbers
 * of known shapes and lengths, and none of it says where something is read.
 * @param result its schema
 */
export const handedOn = <T extends z.ZodType>(result: T) =>
  z.strictObject({
    /** Id of the build, as CodeBuild says it. It owns a folder of the work store (lib/job/layout.ts). */
    build: z.string().regex(/^[\w.-]+:\w[\w.-]*$/, 'no id of a build'),
    result,
  });

/** An object that a stage wrote into its folder of the work store: nothing is handed on that was not measured. */
export const Made = z.strictObject({
  sha256,
  /** Bytes. */
  size: z.int().nonnegative().max(largestObject),
});
export type Made = z.infer<typeof Made>;

/** The same, and where it is. */
export interface Artefact extends Made {
  readonly key: string;
}

/** Where a base image came from. */
export const ImageSource = z.strictObject({
  kind: z.enum(['cloud-image', 'bootstrap', 'given']),
  /** Address or path of what was taken; of a bootstrap the archives. */
  uri: line(4096),
  /** Of the bytes that came from there, where there is one file; else empty. */
  sha256: z.union([sha256, z.literal('')]),
  /** Product of the stream that offered it; else empty. */
  product: line(200),
});
export type ImageSource = z.infer<typeof ImageSource>;

/** What the fetch stage found and stored: the base image. */
export const Fetched = z.strictObject({
  serial,
  squashfs: Made,
  manifest: Made,
  source: ImageSource,
});
export type Fetched = z.infer<typeof Fetched>;

/** The image that is published: the base as it came, or what the upgrade stage made of it. */
export const Root = z.strictObject({ squashfs: Made, manifest: Made });
export type Root = z.infer<typeof Root>;

/** What apt would install for a flavour, found before anything is built. */
export const ResolvedKernel = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('resolved'),
    kernel: catalogueWord,
    /** The package that holds the kernel, e.g. `linux-image-6.8.0-50-generic`. */
    imagePackage: packageName,
    imageVersion: packageVersion,
    /** Digest of all packages that the initramfs is made from, and of their versions. Equal ones give equal kernels. */
    packages: sha256,
  }),
  z.strictObject({
    outcome: z.literal('missing'),
    kernel: catalogueWord,
    error: z.string().regex(/^[A-Za-z]{1,64}$/, 'the name of an error'),
    message: z.string().max(8192),
  }),
]);
export type ResolvedKernel = z.infer<typeof ResolvedKernel>;

/** What the prepare stage stored: the overlay layer that all flavours of an architecture share, as a squashfs. */
export const Prepared = z.strictObject({
  layer: Made,
  kernels: z.array(ResolvedKernel).max(32),
  /** Archives and packages that went in, for the provenance: a JSON object (lib/job/handed-on/materials.ts). */
  materials: Made.extend({ size: z.int().nonnegative().max(largestDocument) }),
});
export type Prepared = z.infer<typeof Prepared>;

/** One flavour of an order, and which build gives it. */
export const SelectedFlavour = z.strictObject({
  kernel: z.string(),
  need: z.enum(['required', 'optional']),
  /** Flavour that is built for it: its own, or another's that resolves to the same packages; empty: nothing is new. */
  builtAs: z.string(),
  imagePackage: z.string(),
  imageVersion: z.string(),
  packages: z.string(),
  /** Newest version of its product when this was selected; empty: there was none. */
  newest: z.string(),
});
export type SelectedFlavour = z.infer<typeof SelectedFlavour>;

const Need = z.enum(['required', 'optional']);

/** What is to be built of an architecture, after a look at what is published. */
export const Selected = z.strictObject({
  build: z.array(z.strictObject({ kernel: z.string(), need: Need })),
  flavours: z.array(SelectedFlavour),
  /** Optional flavours that the archive does not have. */
  missing: z.array(z.strictObject({ kernel: z.string(), message: z.string() })),
});
export type Selected = z.infer<typeof Selected>;

/** A kernel has some thousand modules; one without any that is wanted was not looked at. */
const driverCount = z.int().min(1).max(100_000);

/** What the extract stage took out of one flavour's overlay. */
export const Extracted = z.strictObject({
  kernel: Made,
  initrd: Made,
  /** The package that owns the kernel file, e.g. `linux-image-6.1.0-40-amd64`. */
  imagePackage: packageName,
  /** Its version, e.g. `6.1.153-1`. */
  imageVersion: packageVersion,
  /** What `uname -r` will print, e.g. `6.1.0-40-amd64`. */
  kernelRelease,
  /** Drivers that the kernel's packages have and the initrd must hold, and how many of them were found in it. */
  drivers: z.strictObject({ wanted: driverCount, found: driverCount }),
});
export type Extracted = z.infer<typeof Extracted>;

/** What the boot test found. */
export const Booted = z.strictObject({
  gate: z.enum(['passed', 'impossible', 'waived']),
  /** What was seen, in words. */
  evidence: z.string().max(8192),
});
export type Booted = z.infer<typeof Booted>;

/** One flavour's way through EachKernel, as Publish gets it. */
export const KernelResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('built'),
    kernel: z.string(),
    need: z.enum(['required', 'optional']),
    extracted: handedOn(Extracted),
    booted: Booted,
  }),
  z.object({
    outcome: z.literal('failed'),
    kernel: z.string(),
    need: z.enum(['required', 'optional']),
    error: z.object({ Error: z.string(), Cause: z.string().default('') }),
  }),
]);
export type KernelResult = z.infer<typeof KernelResult>;

/** What came of one architecture. */
export const ArchitectureResult = z.looseObject({
  outcome: z.enum(['published', 'failed']),
  architecture: z.string(),
  /** `amd64: published`, or the name of the error. */
  summary: z.string(),
});
export type ArchitectureResult = z.infer<typeof ArchitectureResult>;
