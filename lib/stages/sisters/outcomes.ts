import { MirrorError } from '../../errors';
import type { PublishInput } from '../../job/handed-on/publish-input';
import type { KernelResult, SelectedFlavour } from '../../job/handed-on/results';
import type { Job } from '../../job/job';
import { releaseFor } from '../../job/releases/release-for';
import type { Products } from '../../simplestreams/types';
import type { BuiltKernel, Context, Offer } from '../updates/offers';
import { keptOffersOf } from './kept-offers';
import { sistersWithOtherRoot } from './sisters';

interface Outcomes {
  readonly built: readonly BuiltKernel[];
  /** Flavours that take part with their last kernel and initrd. */
  readonly kept: readonly Offer[];
  /** Flavours that are left out. */
  readonly leftOut: readonly string[];
}

/**
 * What becomes of each flavour. A required one that failed fails the architecture. An optional one is left out, unless it
 * would stay behind with another root than its sisters: MAAS may install that root with their kernels.
 * @param document what the view offers, with the pending versions
 * @throws RequiredKernelFailed
 */
export function outcomesOf(job: Job, input: PublishInput, context: Context, document: Products | undefined): Outcomes {
  const { kernels, selected } = input;
  const built = kernels.filter((one) => one.outcome === 'built');
  // If nothing new was built, no flavour needs a new root.
  const kept = built.length === 0 ? [] : keptOffersOf(job, input, context, document);
  const isKept = ({ kernel }: SelectedFlavour) => kept.some((offer) => offer.kernel.name === kernel);
  const isBuilt = ({ builtAs }: SelectedFlavour) => built.some(({ kernel }) => kernel === builtAs);
  const lost = selected.flavours.filter((one) => isTried(one, input) && !isBuilt(one) && !isKept(one));
  const required = lost.filter(({ need }) => need === 'required');
  if (required.length > 0 || lost.length === selected.flavours.length) {
    throw failed(
      `nothing was published, because these kernels failed: ${namesOf(required.length > 0 ? required : lost)}`,
      input,
    );
  }
  refuseBehind(lost, built, { job, input, context, document });
  const missing = selected.missing.filter(({ kernel }) => !kept.some((offer) => offer.kernel.name === kernel));
  return { built, kept, leftOut: [...lost, ...missing].map(({ kernel }) => kernel) };
}

/** Whether it should have been built. What was only to be kept matters only if there is something to publish. */
function isTried({ builtAs }: SelectedFlavour, { kernels, selected }: PublishInput): boolean {
  if (builtAs === '') return false;
  const isBuilding = kernels.some(({ outcome }) => outcome === 'built');
  return isBuilding || selected.build.some(({ kernel, how }) => kernel === builtAs && how !== 'keep');
}

function refuseBehind(
  lost: readonly SelectedFlavour[],
  built: readonly BuiltKernel[],
  {
    job,
    input,
    context,
    document,
  }: { job: Job; input: PublishInput; context: Context; document: Products | undefined },
): void {
  const made = input.selected.flavours.filter(({ builtAs }) => built.some(({ kernel }) => kernel === builtAs));
  const root = (input.root.result ?? input.fetched.result).squashfs.sha256;
  const of = { job, release: releaseFor(context.request) };
  const names = made.map(({ kernel }) => kernel);
  const sisters = sistersWithOtherRoot(document, names, root, of);
  const behind = lost.filter(({ kernel }) => sisters.some((one) => one.kernel === kernel));
  if (behind.length === 0) return;
  const taken = behind.filter(({ builtAs }) => input.kernels.some((one) => isTakenBack(one, builtAs)));
  if (taken.length > 0) throw takenBack(namesOf(taken), job);
  const last = behind.length === 1 ? 'its last kernel does' : 'their last kernels do';
  throw failed(`nothing was published: ${namesOf(behind)} failed, and ${last} not boot with the new root`, input);
}

/** A published flavour has nothing to be kept if all its versions are withdrawn. */
function isTakenBack(one: KernelResult, kernel: string): boolean {
  return one.kernel === kernel && one.outcome === 'failed' && one.error.Error === 'Withdrawn';
}

function takenBack(flavours: string, { view, release }: Job): MirrorError {
  const message = `nothing was published: all versions of ${flavours} are withdrawn, so none can be kept with the new root`;
  return new MirrorError('RequiredKernelFailed', message, {
    hint: `restore one of its versions, or remove each of them: maas-mirror remove ${view} ${release} VERSION --flavour ${flavours.replaceAll(', ', ',')}`,
  });
}

function failed(message: string, { kernels }: PublishInput): MirrorError {
  const [first] = kernels.filter((one) => one.outcome === 'failed');
  return new MirrorError('RequiredKernelFailed', message, {
    hint: `the first error was ${first?.error.Error ?? 'that nothing was built'}; see its log`,
  });
}

function namesOf(flavours: readonly SelectedFlavour[]): string {
  return flavours.map(({ kernel }) => kernel).join(', ');
}
