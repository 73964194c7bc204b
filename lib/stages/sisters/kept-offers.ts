import { kernelOf } from '../../catalog/kernels';
import { productFields, productId } from '../../catalog/products';
import type { PublishInput } from '../../job/handed-on/publish-input';
import type { KernelResult, SelectedFlavour } from '../../job/handed-on/results';
import type { Job } from '../../job/job';
import { foldersOf, made } from '../../job/layout';
import { releaseFor } from '../../job/releases/release-for';
import type { Product, Products, Version } from '../../simplestreams/types';
import { byBytes } from '../../simplestreams/version-order';
import { type Context, type Offer, rootArtefacts } from '../updates/offers';

type KeptKernel = Extract<KernelResult, { outcome: 'kept' }>;

/**
 * The flavours that take part with the kernel and initrd of their last version and the new root. A flavour of which no
 * version has the very files that booted is not among them.
 */
export function keptOffersOf(job: Job, input: PublishInput, context: Context, document: Products | undefined): Offer[] {
  const kept = input.kernels.filter((one) => one.outcome === 'kept');
  return input.selected.flavours.flatMap((flavour): Offer[] => {
    const own = kept.find(({ kernel }) => kernel === flavour.builtAs);
    return own === undefined ? [] : keptOffer(flavour, own, { job, input, context, document });
  });
}

function keptOffer(
  flavour: SelectedFlavour,
  own: KeptKernel,
  {
    job,
    input,
    context,
    document,
  }: { job: Job; input: PublishInput; context: Context; document: Products | undefined },
): Offer[] {
  const kernel = kernelOf(releaseFor(context.request), job.architecture, flavour.kernel);
  const id = productId(kernel, job.view);
  const [name, version] = versionWith(document?.products[id], own) ?? [];
  const [bootKernel, bootInitrd] = [version?.items['boot-kernel'], version?.items['boot-initrd']];
  if (name === undefined || version === undefined || bootKernel === undefined || bootInitrd === undefined) return [];
  const missing = input.selected.missing.map((one) => one.kernel).join(' ');
  return [
    {
      productId: id,
      // Without `inputs`: the next build tries again.
      fields: { ...productFields(kernel, job.view), ...(missing && { missing }) },
      kernel,
      newest: flavour.newest,
      built: true,
      artefacts: { ...rootArtefacts(job, input), ...copiesOf(own, job) },
      kept: { 'boot-kernel': bootKernel, 'boot-initrd': bootInitrd },
      facts: { ...factsOf(version, input), gate: own.booted.gate, kept_from: String(version.kept_from ?? name) },
    },
  ];
}

/** The files that booted. */
function copiesOf({ kernel, kept: { build, result } }: KeptKernel, job: Job): Offer['artefacts'] {
  const { extracted } = foldersOf({ ...job, kernel, extracted: build });
  return {
    'boot-kernel': { key: made.kernel(extracted), ...result.kernel },
    'boot-initrd': { key: made.initrd(extracted), ...result.initrd },
  };
}

/** The newest version with the files that booted. */
function versionWith(
  product: Product | undefined,
  { kept: { result } }: KeptKernel,
): readonly [name: string, version: Version] | undefined {
  const newestFirst = Object.entries(product?.versions ?? {}).sort(([one], [other]) => byBytes(other, one));
  return newestFirst.find(([, { items }]) => {
    const [kernel, initrd] = [items['boot-kernel']?.sha256, items['boot-initrd']?.sha256];
    return kernel === result.kernel.sha256 && initrd === result.initrd.sha256;
  });
}

/**
 * What went into the kernel and initrd. Their base image is named only if the root has the same one: a withdrawal of the
 * old base is not one of this version.
 */
function factsOf(version: Version, { fetched }: PublishInput): Offer['facts'] {
  const { items, base_sha256, packages = '', recipe = '', waived, ...others } = version;
  const facts = Object.entries(others).filter(([field, value]) => {
    return typeof value === 'string' && !field.startsWith('provenance');
  }) as [string, string][];
  const isSameBase = base_sha256 === fetched.result.squashfs.sha256;
  return { ...Object.fromEntries(facts), packages, recipe, ...(isSameBase && { base_sha256 }) };
}
