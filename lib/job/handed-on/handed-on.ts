/* job/handed-on: results that one stage passes to the next. */

import { MirrorError } from '../../errors';
import type { BuildRequest } from '../build-request';
import { handedOnHint } from '../checked';
import type { Job } from '../job';
import { kernelChoices } from '../releases/kernel-choice';
import type { Materials } from './materials';
import type { PublishInput, SelectInput } from './publish-input';

/** What was requested; builds cannot change it. */
export interface Asked {
  readonly job: Job;
  readonly request: BuildRequest;
  readonly now: Date;
}

/** A field, its value, and what was expected; undefined where the value is right. */
type Fault = readonly [field: string, seen: unknown, expected: string] | undefined;

/**
 * Compares build results with the request; results.ts has checked their shapes.
 * @throws BadInput (misuse) naming the first wrong field
 */
export function checkSelectable({ fetched, root, prepared }: SelectInput, asked: Asked): void {
  refuse([...ofFetched(fetched.result, asked), ofRoot(root.result, asked), ...ofPrepared(prepared.result, asked)]);
}

/** The same for everything to be published. @throws BadInput (misuse) naming the first wrong field */
export function checkPublishable({ fetched, root, prepared, kernels }: PublishInput, asked: Asked): void {
  const { bootTest } = asked.job;
  refuse([
    ...ofFetched(fetched.result, asked),
    ...ofPrepared(prepared.result, asked),
    ofRoot(root.result, asked),
    ...kernels.map((one, at): Fault => {
      if (one.outcome !== 'built') return undefined;
      const { wanted, found } = one.extracted.result.drivers;
      if (wanted === found) return undefined;
      return [`kernels.${at}.extracted.result.drivers.found`, found, `the ${wanted} drivers that the initrd needs`];
    }),
    ...kernels.map((one, at): Fault => {
      if (one.outcome === 'failed' || (one.booted.gate === 'waived') !== bootTest) return undefined;
      return [`kernels.${at}.booted.gate`, one.booted.gate, bootTest ? 'passed or impossible' : 'waived'];
    }),
  ]);
}

/** The same for the materials. @throws BadInput (misuse) naming the first wrong field */
export function checkMaterials({ installed }: Materials, asked: Asked): void {
  const flavours = flavoursOf(asked);
  const expected = ['"" (shared packages)', ...flavours].join(' or ');
  refuse(
    Object.keys(installed).map((name) =>
      name === '' || flavours.includes(name) ? undefined : ['installed', name, expected],
    ),
  );
}

/** A serial in the future would stay the newest forever, because later versions would be refused as older. */
function ofFetched({ serial, source }: PublishInput['fetched']['result'], { request, now }: Asked): Fault[] {
  const isGiven = request.base !== '';
  const tomorrow = dayOf(new Date(now.getTime() + 24 * 3_600_000));
  const day = serial.slice(0, 8);
  return [
    request.serial !== undefined && request.serial !== serial
      ? ['fetched.result.serial', serial, request.serial]
      : undefined,
    isDay(day) && day <= tomorrow ? undefined : ['fetched.result.serial', serial, `a day no later than ${tomorrow}`],
    (source.kind === 'given') === isGiven
      ? undefined
      : ['fetched.result.source.kind', source.kind, isGiven ? 'given' : 'cloud-image or bootstrap'],
  ];
}

function ofRoot(root: PublishInput['root']['result'], { job: { customised } }: Asked): Fault {
  if ((root !== undefined) === customised) return undefined;
  const expected = customised ? 'the result of the upgrade stage' : 'none: the image is not customised';
  return ['root.result', root, expected];
}

function ofPrepared({ kernels }: PublishInput['prepared']['result'], asked: Asked): Fault[] {
  const known = flavoursOf(asked);
  return kernels.flatMap(({ kernel }, at): Fault[] => {
    const field = `prepared.result.kernels.${at}.kernel`;
    return [
      known.includes(kernel) ? undefined : [field, kernel, known.join(' or ')],
      kernels.findIndex((one) => one.kernel === kernel) === at ? undefined : [field, kernel, 'each flavour only once'],
    ];
  });
}

function flavoursOf({ job, request }: Asked): string[] {
  const own = kernelChoices(request).find(({ architecture }) => architecture === job.architecture);
  return (own?.kernels ?? []).map(({ kernel }) => kernel);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll('-', '');
}

function isDay(day: string): boolean {
  const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && dayOf(date) === day;
}

function refuse(faults: readonly Fault[]): void {
  const [fault] = faults.filter((one) => one !== undefined);
  if (fault === undefined) return;
  const [field, seen, expected] = fault;
  throw new MirrorError(
    'BadInput',
    `a build result is not valid: ${field} is ${JSON.stringify(seen) ?? 'missing'}, expected ${expected}`,
    {
      hint: handedOnHint,
      misuse: true,
    },
  );
}
