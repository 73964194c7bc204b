import { z } from 'zod';
import { checkArchitecture } from '../catalog/kernels';
import { familyOf } from '../catalog/releases';
import { MirrorError } from '../errors';
import { BuildRequest, isCustomised } from './build-request';
import { checked } from './checked';
import { jobVariables, stringsOf } from './environment';
import { ArchitectureResult } from './handed-on/results';
import { bootloadersRequest, type Job, noBuilds } from './job';
import { kernelChoices } from './releases/kernel-choice';
import { releaseFor, toldBy } from './releases/release-for';
import { repositoryText } from './sources/added-repository';
import { refuseUnused } from './sources/refuse-unused';
import { parseRepository } from './sources/repository';

/** A job as the state machine carries it. */
export const jobStrings = z.strictObject(
  Object.fromEntries(Object.keys(jobVariables).map((field) => [field, z.string()])) as Record<keyof Job, z.ZodString>,
);

/** How often the execution was redriven. Emulators of Step Functions do not know, and give null. */
const count = z.int().nonnegative();
const redrives = count.nullish().transform((number) => number ?? 0);

/** What the state machine gives to Plan. */
export const PlanInput = z.strictObject({
  request: BuildRequest,
  execution: z.string().min(1),
  redrives,
});
export type PlanInput = z.infer<typeof PlanInput>;

/** What Plan makes of an order, and what the rest of the state machine goes by. */
export const Plan = z.strictObject({
  execution: z.string().min(1),
  release: z.string(),
  view: z.string(),
  /** Whether there is anything to build. */
  updates: z.boolean(),
  /** Whether this execution brings the view's bootloaders, and no images. */
  bootloaders: z.boolean(),
  /** The job of the bootloaders: `architecture` and `kernel` are empty. */
  job: jobStrings,
  /** Why, and which flavours are left out where. */
  reason: z.string(),
  architectures: z.array(
    z.strictObject({
      architecture: z.string(),
      /** Whether the image goes through the upgrade stage. */
      customised: z.boolean(),
      /** The job of the stages that all flavours share: `kernel` is empty. */
      job: jobStrings,
      kernels: z.array(z.strictObject({ kernel: z.string(), need: z.enum(['required', 'optional']) })).min(1),
    }),
  ),
  /** How often the execution had been redriven when it was planned, or planned again. */
  redrives: count,
  /** What came of the architectures of earlier rounds: {@link ArchitectureResult}. */
  published: z.array(ArchitectureResult),
});
export type Plan = z.infer<typeof Plan>;

/** What the state machine gives to Plan when every architecture has come to its end. */
export const ConcludeInput = z.strictObject({
  plan: Plan,
  architectures: z.array(ArchitectureResult),
  redrives,
});
export type ConcludeInput = z.infer<typeof ConcludeInput>;

/** @throws BadInput (misuse) naming the field, of the order too */
export const planInputOf = (event: unknown): PlanInput => checked(PlanInput, event, 'the input of Plan');

/** @throws BadInput (misuse) naming the field */
export const concludeInputOf = (event: unknown): ConcludeInput =>
  checked(ConcludeInput, event, { plural: 'the results of the architectures' });

/**
 * What an order means by the catalogue alone. That it is news, and that what the sources offer (`inputs`) is not known,
 * is for the Plan step to correct, which looks at both.
 * @param folder of the execution @default - there is none yet: nothing is built by this plan
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse)
 */
export function planOf(request: BuildRequest, execution: string, folder = ''): Plan {
  const owner = { execution, folder };
  if (request.release === bootloadersRequest) return bootloadersPlan(request, owner);
  const release = releaseFor(request);
  for (const architecture of request.architectures) checkArchitecture(release, architecture);
  refuseSharedBase(request);
  refuseUbuntusOwn(request);
  refuseUnused(request);
  const choices = kernelChoices(request);
  const notes = [
    ...(request.about === undefined ? [] : [`${release.name} is ${release.title}, as told by ${toldBy(request)}`]),
    ...choices.flatMap(({ architecture, leftOut }) =>
      leftOut.map((kernel) => `${architecture} has no ${kernel}, left out`),
    ),
  ];
  return {
    execution,
    release: request.release,
    view: request.view,
    updates: true,
    bootloaders: false,
    job: stringsOf(jobFor(request, owner, '')),
    reason: [request.rebuild ? 'a rebuild was ordered' : 'ordered', ...notes].join('; '),
    architectures: choices
      .filter(({ kernels }) => kernels.length > 0)
      .map(({ architecture, kernels }) => ({
        architecture,
        customised: isCustomised(request),
        job: stringsOf(jobFor(request, owner, architecture)),
        kernels: [...kernels],
      })),
    ...firstRound,
  };
}

const firstRound = { redrives: 0, published: [] };

function bootloadersPlan(request: BuildRequest, owner: Owner): Plan {
  const images = (['kernels', 'customise', 'serial'] as const).find((field) => request[field] !== undefined);
  if (images !== undefined) {
    throw new MirrorError('BadInput', `bootloaders are ordered with ${images}, which images have`, {
      hint: 'order bootloaders by their view alone',
      misuse: true,
    });
  }
  return {
    execution: owner.execution,
    release: request.release,
    view: request.view,
    updates: true,
    bootloaders: true,
    job: stringsOf(jobFor(request, owner, '')),
    reason: request.rebuild ? 'a rebuild was ordered' : 'ordered',
    architectures: [],
    ...firstRound,
  };
}

function refuseSharedBase({ base, architectures }: BuildRequest): void {
  if (base === '' || new Set(architectures).size < 2) return;
  throw new MirrorError('BadInput', `the base ${base} is ordered for ${architectures.join(', ')}`, {
    hint: 'a squashfs is of one architecture: order that one',
    misuse: true,
  });
}

/** What only Ubuntu has, ordered for a Debian. */
function refuseUbuntusOwn({ release, customise, serial, sources }: BuildRequest): void {
  if (familyOf(release) === 'ubuntu') return;
  const ppa = customise?.repositories.map(repositoryText).find((text) => parseRepository(text).kind === 'ppa');
  const requested = [
    ...(ppa === undefined ? [] : [ppa.trim()]),
    ...(customise !== undefined && (customise.allProposed || customise.proposed.length > 0) ? ['-proposed'] : []),
    ...(serial === undefined ? [] : [`the serial ${serial}`]),
    ...(sources.snapshot === undefined ? [] : [`the snapshot ${sources.snapshot}`]),
  ];
  if (requested.length === 0) return;
  throw new MirrorError('NotSupported', `${requested.join(' and ')} cannot be had for ${release}, which is Debian`, {
    hint: 'name a repository by its stanza, and an archive by its address (--archive)',
    misuse: true,
  });
}

type Owner = Pick<Job, 'execution' | 'folder'>;

function jobFor(request: BuildRequest, owner: Owner, architecture: string): Job {
  const { release, view, rebuild, bootTest } = request;
  const empty = { kernel: '', inputs: '', recipe: '', bundles: '', ...noBuilds };
  return { ...owner, release, architecture, view, ...empty, customised: isCustomised(request), bootTest, rebuild };
}
