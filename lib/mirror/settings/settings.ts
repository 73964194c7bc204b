/* mirror/settings: props and mirror.yaml, checked and with their defaults. */

import { Duration } from 'aws-cdk-lib';
import type { ComputeType } from 'aws-cdk-lib/aws-codebuild';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { releases as allReleases, type Release } from '../../catalog/releases';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import type { ViewSetting } from '../../job/views/view-settings';
import { BuildMachine } from '../choices/build-machine';
import { requireKnown } from '../choices/known-at-synth';
import { secretsOf } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { pathOfView } from '../origins/property-names';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';
import { usedFlavours } from './flavours';
import { requireKinds } from './kinds-of-values';
import { catalogueOf, knownRelease } from './known-releases';
import { flavoursOf } from './planned-flavours';
import { viewsOfProps } from './requests';
import { wholeMinutes } from './whole-minutes';

/** The props of a mirror, checked, with their defaults. */
export interface Settings {
  readonly releases: readonly string[];
  /** The same releases with their facts. */
  readonly knownReleases: readonly Release[];
  readonly architectures: readonly string[];
  readonly kernels: readonly string[];
  /** What the schedule builds. */
  readonly requests: readonly BuildRequest[];
  /** Where the views that are not built get their versions. */
  readonly views: readonly ViewSetting[];
  readonly maxConcurrency: number;
  readonly architecturesAtOnce: number;
  /** For each architecture: limits of nested maps multiply. */
  readonly kernelsAtOnce: number;
  readonly computeType: ComputeType;
  readonly armComputeType: ComputeType;
  readonly stageTimeout: Duration;
  /** Credentials of private repositories. */
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
    checkList([name], list);
  }
  requireKnown(['maxConcurrency'], maxConcurrency);
  checkConcurrency(maxConcurrency);
  checkComputeTypes({ computeType, armComputeType });
  checkTimeout(stageTimeout);
  checkSiteBuckets(props);

  const { requests, views } = viewsOfProps(props);
  checkSchedule(props, requests);
  const wanted = namesOf(props.releases) ?? releasesOf(requests);
  const releases = wanted ?? allReleases.map(({ name }) => name);
  const catalogue = catalogueOf(props);
  const knownReleases = releases.map((name) => knownRelease(name, catalogue));
  const architectures = namesOf(props.architectures) ?? requestedArchitectures(requests) ?? ['amd64', 'arm64'];
  for (const request of requests) checkRelease(request, releases, props);
  const planned = requests.map((request) => ({ request, flavours: flavoursOf(request, props) }));
  const used = planned.flatMap(({ flavours }) => flavours);
  const kernels = namesOf(props.kernels) ?? usedFlavours(used, { releases: knownReleases, architectures });
  for (const { request, flavours } of planned) checkFlavours(request, flavours, kernels, props);

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
    views,
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

function checkRelease({ view, release }: BuildRequest, releases: readonly string[], props: MaasMirrorProps): void {
  if (release === bootloadersRequest || releases.includes(release)) return;
  throw refused(
    props.views === undefined ? ['releases'] : [...pathOfView(props, view), 'releases'],
    `has ${release}, but the releases of the mirror are ${releases.join(', ')}`,
    `add ${release} to the property releases of the mirror, or omit that property`,
  );
}

/** A flavour without a project is refused at synth, not in the middle of a build. */
function checkFlavours(
  { view }: BuildRequest,
  flavours: readonly string[],
  kernels: readonly string[],
  props: MaasMirrorProps,
): void {
  const missing = flavours.find((flavour) => !kernels.includes(flavour));
  if (missing === undefined) return;
  throw refused(
    pathOfView(props, view),
    `has the kernel flavour ${missing}, but the kernels of the mirror are ${kernels.join(', ')}`,
    `add ${missing} to the property kernels of the mirror, or omit that property`,
  );
}

function checkList(property: Path, list: readonly { readonly name: string }[] | undefined): void {
  if (list === undefined) return;
  const names = list.map((one) => one.name);
  const twice = names.find((value, at) => names.indexOf(value) !== at);
  if (names.length > 0 && twice === undefined) return;
  throw twice === undefined
    ? refused(property, 'is empty', 'add at least one, or omit the property')
    : refused(property, `contains ${JSON.stringify(twice)} twice`, 'remove the duplicate');
}

/** Otherwise a stack would be deployed that does nothing, without any notice. */
function checkSchedule({ schedule }: MaasMirrorProps, requests: readonly BuildRequest[]): void {
  if (schedule === undefined || requests.length > 0) return;
  throw refused(
    ['schedule'],
    'is set, but there is nothing to build: no view has releases',
    'add releases to a view or to the mirror, or omit the schedule',
  );
}

/** An inline map runs at most 40 iterations at once. */
function checkConcurrency(maxConcurrency: number): void {
  if (Number.isInteger(maxConcurrency) && maxConcurrency >= 1 && maxConcurrency <= 40) return;
  throw refused(['maxConcurrency'], `is ${JSON.stringify(maxConcurrency)}`, 'use a whole number from 1 to 40');
}

/** Builds are privileged, which Lambda compute types do not allow; types without a size are for fleets. */
function checkComputeTypes(types: Readonly<Record<string, ComputeType>>): void {
  for (const [name, type] of Object.entries(types)) {
    if (/^BUILD_GENERAL1_/.test(type)) continue;
    throw refused([name], `is ${JSON.stringify(type)}`, 'use ComputeType.MEDIUM, LARGE, X_LARGE or X2_LARGE');
  }
}

/** The range that CodeBuild accepts. */
function checkTimeout(stageTimeout: Duration): void {
  if (stageTimeout.isUnresolved()) return;
  wholeMinutes(['stageTimeout'], stageTimeout, { from: 5, to: 36 * 60, words: '5 minutes to 36 hours' });
}

/** The site serves the bucket of the mirror, which is created here or set as a property of the mirror. */
function checkSiteBuckets({ site }: MaasMirrorProps): void {
  for (const [name, own] of [
    ['bucket', 'mirrorBucket'],
    ['serverAccessLogsBucket', 'serverAccessLogsBucket'],
  ] as const) {
    if (site?.[name] === undefined) continue;
    throw refused(['site', name], 'cannot be set in MaasMirror', `use the property ${own} of MaasMirror instead`);
  }
}
