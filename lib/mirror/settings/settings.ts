/* mirror/settings: props and mirror.yaml, checked and with their defaults. */

import { Duration } from 'aws-cdk-lib';
import type { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { releases as allReleases, type Release } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { checks } from '../checks';
import { requireKnown } from '../choices/known-at-synth';
import { secretsOf } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { BuildMachine } from './build-machine';
import { usedFlavours } from './flavours';
import { requireKinds } from './kinds-of-values';
import { catalogueOf, knownRelease } from './known-releases';
import { requestsOfProps } from './requests';
import { wholeMinutes } from './whole-minutes';

/** The props of a mirror, checked, with their defaults. */
export interface Settings {
  readonly releases: readonly string[];
  /** The same with all that is known of them. */
  readonly knownReleases: readonly Release[];
  readonly architectures: readonly string[];
  readonly kernels: readonly string[];
  /** What is looked after by schedule. */
  readonly requests: readonly BuildRequest[];
  readonly maxConcurrency: number;
  readonly architecturesAtOnce: number;
  /** Of each architecture: limits of nested maps multiply. */
  readonly kernelsAtOnce: number;
  readonly computeType: ComputeType;
  readonly armComputeType: ComputeType;
  readonly stageTimeout: Duration;
  /** What builds read of private repositories. */
  readonly secrets: readonly ISecret[];
}

/** @throws UnknownArchitecture, UnknownKernel, BadInput (all misuse) */
export function settingsOf(props: MaasMirrorProps): Settings {
  requireKinds(props);
  const { maxConcurrency = 5, stageTimeout = Duration.minutes(60) } = props;
  const { computeType = BuildMachine.X86.computeType, armComputeType = BuildMachine.ARM.computeType } = props;
  for (const [name, list] of Object.entries({
    releases: props.releases,
    architectures: props.architectures,
    kernels: props.kernels,
  })) {
    checkList(name, list);
  }
  requireKnown('maxConcurrency', maxConcurrency);
  checkConcurrency(maxConcurrency);
  checkComputeTypes({ computeType, armComputeType });
  checkTimeout(stageTimeout);
  checkSiteBuckets(props);

  const requests = requestsOfProps(props);
  checkSchedule(props, requests);
  const wanted = namesOf(props.releases) ?? releasesOf(requests);
  const releases = wanted ?? allReleases.map(({ name }) => name);
  const catalogue = catalogueOf(props);
  const knownReleases = releases.map((name) => knownRelease(name, catalogue));
  const architectures = namesOf(props.architectures) ?? requestedArchitectures(requests) ?? ['amd64', 'arm64'];
  const kernels = namesOf(props.kernels) ?? usedFlavours(requests, { releases: knownReleases, architectures });
  for (const request of requests) checkRequest(request, { releases, kernels });

  const architecturesAtOnce = Math.min(architectures.length, maxConcurrency);
  const kernelsAtOnce = Math.floor(maxConcurrency / architecturesAtOnce);
  const atOnce = { maxConcurrency, architecturesAtOnce, kernelsAtOnce };
  const secrets = secretsOf(props.views ?? []);
  return {
    releases,
    knownReleases,
    architectures,
    kernels,
    requests,
    ...atOnce,
    computeType,
    armComputeType,
    stageTimeout,
    secrets,
  };
}

const namesOf = (list: readonly { readonly name: string }[] | undefined) => list?.map(({ name }) => name);

function releasesOf(requests: readonly BuildRequest[]): string[] | undefined {
  const found = new Set(requests.map(({ release }) => release).filter((release) => release !== bootloadersRequest));
  return found.size === 0 ? undefined : [...found];
}

function requestedArchitectures(requests: readonly BuildRequest[]): string[] | undefined {
  const found = new Set(requests.flatMap(({ architectures }) => architectures));
  return found.size === 0 ? undefined : [...found];
}

/** What the catalogue lacks is said at synth, and so is what this mirror has no project for. */
function checkRequest(request: BuildRequest, { releases, kernels }: Pick<Settings, 'releases' | 'kernels'>): void {
  if (request.release === bootloadersRequest) return;
  if (!releases.includes(request.release)) {
    throw misuse(`the view ${request.view} wants ${request.release}, the property releases has ${releases.join(', ')}`);
  }
  const wanted = checks()
    .planOf(request, 'synth')
    .architectures.flatMap((one) => one.kernels);
  const missing = wanted.find(({ kernel }) => !kernels.includes(kernel));
  if (missing === undefined) return;
  throw misuse(`the view ${request.view} wants ${missing.kernel}, the property kernels has ${kernels.join(', ')}`);
}

function checkList(name: string, list: readonly { readonly name: string }[] | undefined): void {
  if (list === undefined) return;
  const names = list.map((one) => one.name);
  const twice = names.find((value, at) => names.indexOf(value) !== at);
  if (names.length > 0 && twice === undefined) return;
  const fault = twice === undefined ? 'is empty' : `names ${JSON.stringify(twice)} twice`;
  throw misuse(`the property ${name} ${fault}`);
}

/** Else a stack would be deployed that does nothing, and says nothing of it. */
function checkSchedule({ schedule }: MaasMirrorProps, requests: readonly BuildRequest[]): void {
  if (schedule === undefined || requests.length > 0) return;
  throw misuse(
    `the property schedule is ${schedule.expressionString}, and no view has releases`,
    'name releases, in a view or as the property releases, or leave the schedule out: views without releases are filled by promotion',
  );
}

/** 40 is what an inline map runs at once, whatever it is told. */
function checkConcurrency(maxConcurrency: number): void {
  if (Number.isInteger(maxConcurrency) && maxConcurrency >= 1 && maxConcurrency <= 40) return;
  throw misuse(`the property maxConcurrency is ${maxConcurrency}`, 'it is a whole number from 1 to 40');
}

/** Builds are privileged, which Lambda's machines cannot be; the types without a size belong to fleets. */
function checkComputeTypes(types: Readonly<Record<string, ComputeType>>): void {
  for (const [name, type] of Object.entries(types)) {
    if (/^BUILD_GENERAL1_/.test(type)) continue;
    throw misuse(`the property ${name} is ${type}`, 'give ComputeType.MEDIUM, LARGE, X_LARGE or X2_LARGE');
  }
}

/** What CodeBuild takes. */
function checkTimeout(stageTimeout: Duration): void {
  if (stageTimeout.isUnresolved()) return;
  wholeMinutes('stageTimeout', stageTimeout, { from: 5, to: 36 * 60, words: '5 minutes to 36 hours' });
}

/** The site of a mirror serves the mirror's own bucket, which is made here or handed in beside the site. */
function checkSiteBuckets({ site }: MaasMirrorProps): void {
  for (const [name, own] of [
    ['bucket', 'mirrorBucket'],
    ['serverAccessLogsBucket', 'serverAccessLogsBucket'],
  ] as const) {
    if (site?.[name] === undefined) continue;
    throw misuse(`the property site.${name} is there`, `give it beside site, as the property ${own} of the mirror`);
  }
}

function misuse(message: string, hint = 'leave it out to have all, or name each that you want once'): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
