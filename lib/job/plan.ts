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

/** A job in the state machine. */
export const jobStrings = z.strictObject(
  Object.fromEntries(Object.keys(jobVariables).map((field) => [field, z.string()])) as Record<keyof Job, z.ZodString>,
);

/** How often the execution was redriven. Emulators of Step Functions do not count, and return null. */
const count = z.int().nonnegative();
const redrives = count.nullish().transform((number) => number ?? 0);

/** Input of Plan. */
export const PlanInput = z.strictObject({
  request: BuildRequest,
  execution: z.string().min(1),
  redrives,
});
export type PlanInput = z.infer<typeof PlanInput>;

/** The output of Plan, which controls the rest of the state machine. */
export const Plan = z.strictObject({
  execution: z.string().min(1),
  release: z.string(),
  view: z.string(),
  /** Whether there is anything to build. */
  updates: z.boolean(),
  /** Whether this execution builds the view's bootloaders, and no images. */
  bootloaders: z.boolean(),
  /** The job of the bootloaders: `architecture` and `kernel` are empty. */
  job: jobStrings,
  /** Why, and which flavours are skipped for which architecture. */
  reason: z.string(),
  architectures: z.array(
    z.strictObject({
      architecture: z.string(),
      /** Whether the image goes through the upgrade stage. */
      customised: z.boolean(),
      /** The job of the stages shared by all flavours: `kernel` is empty. */
      job: jobStrings,
      kernels: z.array(z.strictObject({ kernel: z.string(), need: z.enum(['required', 'optional']) })).min(1),
    }),
  ),
  /** How often the execution had been redriven when it was last planned. */
  redrives: count,
  /** Results of the architectures of earlier rounds: {@link ArchitectureResult}. */
  published: z.array(ArchitectureResult),
});
export type Plan = z.infer<typeof Plan>;

/** Input of Plan once every architecture has ended. */
export const ConcludeInput = z.strictObject({
  plan: Plan,
  architectures: z.array(ArchitectureResult),
  redrives,
});
export type ConcludeInput = z.infer<typeof ConcludeInput>;

/** @throws BadInput (misuse) naming the field, also within the request */
export const planInputOf = (event: unknown): PlanInput => checked(PlanInput, event, 'the input of Plan');

/** @throws BadInput (misuse) naming the field */
export const concludeInputOf = (event: unknown): ConcludeInput =>
  checked(ConcludeInput, event, { plural: 'the results of the architectures' });

/**
 * The plan of a request by the catalogue alone. It assumes that there are updates and leaves `inputs` empty; the Plan step,
 * which reads the sources and the mirror, corrects both.
 * @param folder of the execution @default - none: the plan is not built
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
    ...(request.about === undefined ? [] : [`${release.name} is ${release.title} (source: ${toldBy(request)})`]),
    ...choices.flatMap(({ architecture, leftOut }) =>
      leftOut.map((kernel) => `${architecture} has no ${kernel}, skipped`),
    ),
  ];
  return {
    execution,
    release: request.release,
    view: request.view,
    updates: true,
    bootloaders: false,
    job: stringsOf(jobFor(request, owner, '')),
    reason: [request.rebuild ? 'rebuild requested' : 'requested', ...notes].join('; '),
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
    throw new MirrorError('BadInput', `${images} is given for bootloaders, but applies to images only`, {
      hint: `leave out ${images}`,
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
    reason: request.rebuild ? 'rebuild requested' : 'requested',
    architectures: [],
    ...firstRound,
  };
}

function refuseSharedBase({ base, architectures }: BuildRequest): void {
  if (base === '' || new Set(architectures).size < 2) return;
  throw new MirrorError(
    'BadInput',
    `the base ${base} is given for several architectures: ${architectures.join(', ')}`,
    {
      hint: 'a squashfs is for one architecture: name that one',
      misuse: true,
    },
  );
}

/** Refuses settings that apply to Ubuntu only. */
function refuseUbuntusOwn({ release, customise, serial, sources }: BuildRequest): void {
  if (familyOf(release) === 'ubuntu') return;
  const ppa = customise?.repositories.map(repositoryText).find((text) => parseRepository(text).kind === 'ppa');
  const requested = [
    ...(ppa === undefined ? [] : [ppa.trim()]),
    ...(customise !== undefined && (customise.allProposed || customise.proposed.length > 0) ? ['-proposed'] : []),
    ...(serial === undefined ? [] : [`serial ${serial}`]),
    ...(sources.snapshot === undefined ? [] : [`snapshot ${sources.snapshot}`]),
  ];
  if (requested.length === 0) return;
  throw new MirrorError('NotSupported', `not available for Debian releases (${release}): ${requested.join(', ')}`, {
    hint: 'for Debian, add repositories as deb822 stanzas, and set the archive by its URL (sources.archive, --archive)',
    misuse: true,
  });
}

type Owner = Pick<Job, 'execution' | 'folder'>;

function jobFor(request: BuildRequest, owner: Owner, architecture: string): Job {
  const { release, view, rebuild, bootTest } = request;
  const empty = { kernel: '', inputs: '', recipe: '', bundles: '', ...noBuilds };
  return { ...owner, release, architecture, view, ...empty, customised: isCustomised(request), bootTest, rebuild };
}
