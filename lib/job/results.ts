import { z } from 'zod';

/** An object that a stage wrote into the work store, by what it is: nothing is handed on that was not measured. */
export const Artefact = z.strictObject({
  key: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes. */
  size: z.int().nonnegative(),
});
export type Artefact = z.infer<typeof Artefact>;

/** Folder of the work store in which a stage has put what it made (lib/job/layout.ts). */
const folder = z.string().min(1);

/** Where a base image came from. */
export const ImageSource = z.strictObject({
  kind: z.enum(['cloud-image', 'bootstrap', 'given']),
  /** Address or path of what was taken; of a bootstrap the archives. */
  uri: z.string(),
  /** Of the bytes that came from there, where there is one file. */
  sha256: z.string().default(''),
  /** Product of the stream that offered it. */
  product: z.string().default(''),
});
export type ImageSource = z.infer<typeof ImageSource>;

/** What the fetch stage found and stored: the base image. */
export const Fetched = z.strictObject({
  /** `20261120` or `20261120.1`. */
  serial: z.string().regex(/^\d{8}(\.\d+)?$/),
  folder,
  squashfs: Artefact,
  manifest: Artefact,
  source: ImageSource,
});
export type Fetched = z.infer<typeof Fetched>;

/** The image that is published: the base as it came, or what the upgrade stage made of it. */
export const Root = z.strictObject({ folder, squashfs: Artefact, manifest: Artefact });
export type Root = z.infer<typeof Root>;

/** What apt would install for a flavour, found before anything is built. */
export const ResolvedKernel = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('resolved'),
    kernel: z.string(),
    /** The package that holds the kernel, e.g. `linux-image-6.8.0-50-generic`. */
    imagePackage: z.string(),
    imageVersion: z.string(),
    /** Digest of all packages that the initramfs is made from, and of their versions. Equal ones give equal kernels. */
    packages: z.string(),
  }),
  z.strictObject({ outcome: z.literal('missing'), kernel: z.string(), error: z.string(), message: z.string() }),
]);
export type ResolvedKernel = z.infer<typeof ResolvedKernel>;

/** What the prepare stage stored: the overlay layer that all flavours of an architecture share, as a squashfs. */
export const Prepared = z.strictObject({
  folder,
  layer: Artefact,
  kernels: z.array(ResolvedKernel),
  /** Archives and packages that went in, for the provenance: a JSON object (lib/job/materials.ts). */
  materials: Artefact,
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

/** What the extract stage took out of one flavour's overlay. */
export const Extracted = z.strictObject({
  folder,
  kernel: Artefact,
  initrd: Artefact,
  /** The package that owns the kernel file, e.g. `linux-image-6.1.0-40-amd64`. */
  imagePackage: z.string(),
  /** Its version, e.g. `6.1.153-1`. */
  imageVersion: z.string(),
  /** What `uname -r` will print, e.g. `6.1.0-40-amd64`. */
  kernelRelease: z.string(),
});
export type Extracted = z.infer<typeof Extracted>;

/** What the boot test found. */
export const Booted = z.strictObject({
  gate: z.enum(['passed', 'impossible', 'waived']),
  /** What was seen, in words. */
  evidence: z.string(),
});
export type Booted = z.infer<typeof Booted>;

/** One flavour's way through EachKernel, as Publish gets it. */
export const KernelResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('built'),
    kernel: z.string(),
    need: z.enum(['required', 'optional']),
    extracted: Extracted,
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
