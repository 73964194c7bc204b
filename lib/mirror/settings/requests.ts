import type { Duration } from 'aws-cdk-lib';
import { architecturesOf, type OfRelease } from '../../catalog/kernels';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest, longestBoot } from '../../job/job';
import { releaseFor } from '../../job/releases/release-for';
import type { AddedRepository } from '../../job/sources/added-repository';
import type { ViewSetting } from '../../job/views/view-settings';
import { checks } from '../checks';
import { requireKnown } from '../choices/known-at-synth';
import type { MirrorView } from '../choices/mirror-view';
import { nameOfSecret } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { checkedProps } from '../origins/checked-props';
import { pathOfView, propertyOf } from '../origins/property-names';
import { refuseAddressesOf } from '../origins/refused-addresses';
import type { Path } from '../refusals/property-path';
import { atSynth, refused } from '../refusals/synth-error';
import { withFlavoursOf } from './flavours';
import { catalogueOf } from './known-releases';
import { sourceData } from './source-data';
import { sourceWords } from './source-words';
import { checkViews } from './view-names';
import { wholeMinutes } from './whole-minutes';

/** The views of a mirror. */
export interface ViewsOfProps {
  /** Everything that the mirror builds by schedule. */
  readonly requests: readonly BuildRequest[];
  /** Where the views that are not built get their versions. */
  readonly views: readonly ViewSetting[];
}

/**
 * What a mirror builds, and how its other views are filled.
 * @throws BadInput (misuse) naming the property; UnknownRelease and the like for what the catalogue does not have
 */
export function viewsOfProps(props: MaasMirrorProps): ViewsOfProps {
  if ('places' in props) throw refused(['places'], 'is now called sources', 'rename the property to sources');
  refuseTokens(props);
  const { faultsOrValue, MirrorConfig, requestsOf, Sources, viewSettings } = checks();
  const views = viewsOf(props);
  refuseAddresses(props, views);
  const words = {
    views: Object.fromEntries(views.map((view) => [view.name, wordsOf(view, props)])),
    catalogue: catalogueOf(props),
    sources: sourcesOf(props),
  };
  const config = checkedProps(faultsOrValue(MirrorConfig, words), {
    propertyOf: (field) => propertyOf(props, field),
    keyField: 'name',
    hint: 'see MaasMirrorProps, MirrorView and MirrorSources',
  });
  const sources = checkedProps(faultsOrValue(Sources, { ...sourcesOf(props), ...sourceData(props.sources) }), {
    propertyOf: (field) => ['sources', ...field.map(String)],
    hint: 'see MirrorSources',
  });
  const isBuilt = views.some(({ releases = [] }) => releases.length > 0);
  const built = isBuilt
    ? atSynth({}, () =>
        requestsOf(config, {
          ownArchitecture: (request) => firstArchitecture(releaseFor(request)),
          read: noFiles,
          keyring: noFiles,
        }),
      )
    : [];
  const requests = built
    .map((request) => ({ ...request, architectures: architecturesFor(request, views), sources }))
    .map((request) => withFlavoursOf(props.kernels, request));
  return { requests, views: viewSettings(config) };
}

/** All properties that build requests are made of, except the names of secrets, which may be known only at deployment. */
function refuseTokens({ views, sources }: MaasMirrorProps): void {
  requireKnown(['sources'], sources);
  requireKnown(
    ['views'],
    views?.map(({ privateRepositories, ...view }) => ({
      ...view,
      privateRepositories: privateRepositories?.map(({ repository }) => ({ repository })),
    })),
  );
}

/** Folders, which build machines do not have, and passwords, which the template would show. */
function refuseAddresses(props: MaasMirrorProps, views: readonly MirrorView[]): void {
  refuseAddressesOf({ sources: { ...props.sources } as BuildRequest['sources'] }, (field) => propertyOf(props, field));
  for (const view of views) {
    const customise = customiseOf(view) as BuildRequest['customise'];
    refuseAddressesOf({ customise }, (field) => propertyOf(props, ['views', view.name, ...field]));
  }
}

/** The architectures of the mirror that the release has. The architectures of a view are used as they are. */
function architecturesFor(request: BuildRequest, views: readonly MirrorView[]): string[] {
  const { view, release, architectures } = request;
  const named = views.find(({ name }) => name === view)?.architectures !== undefined;
  if (named || release === bootloadersRequest) return architectures;
  const existing = architectures.filter((one) => architecturesOf(releaseFor(request)).includes(one));
  return existing.length > 0 ? existing : architectures; // the plan refuses these, and lists the existing ones
}

/** Files are read by sourceData. */
function noFiles(path: string): never {
  throw refused(['sources'], `has a file that was not read: ${path}`, 'this is a bug: report it');
}

function viewsOf({ views, releases }: MaasMirrorProps): readonly MirrorView[] {
  if (views === undefined) return releases === undefined ? [] : [{ name: 'candidate', releases }];
  checkViews(views);
  return views;
}

/** A view in the fields of `mirror.yaml`. */
function wordsOf(view: MirrorView, props: MaasMirrorProps): object {
  const {
    releases = [],
    requiredKernels,
    optionalKernels,
    serial,
    compression,
    bootTest,
    bootTimeout,
    bootloaders,
  } = view;
  const wanted = view.architectures ?? (releases.length > 0 ? props.architectures : undefined);
  const customise = customiseOf(view);
  return {
    releases: namesOf(releases),
    ...(wanted !== undefined && { architectures: namesOf(wanted) }),
    ...((requiredKernels ?? optionalKernels) !== undefined && {
      kernels: { required: wordsFor(requiredKernels), optional: wordsFor(optionalKernels) },
    }),
    ...(customise !== undefined && { customise }),
    ...(serial !== undefined && { serial }),
    ...(compression !== undefined && { compression }),
    ...(bootTest !== undefined && { bootTest }),
    ...(bootTimeout !== undefined && { bootTimeout: bootMinutes(pathOfView(props, view.name), bootTimeout) }),
    ...(bootloaders !== undefined && { bootloaders }),
    ...sourceWords(view, pathOfView(props, view.name)),
  };
}

function bootMinutes(view: Path, bootTimeout: Duration): number {
  const range = { from: 1, to: longestBoot, words: `1 minute to ${longestBoot} minutes` };
  return wholeMinutes([...view, 'bootTimeout'], bootTimeout, range);
}

function customiseOf(view: MirrorView): object | undefined {
  const { proposed = [], allProposed = false, packages = [], purge = [] } = view;
  const repositories = repositoriesOf(view);
  if (!allProposed && [repositories, proposed, packages, purge].every((list) => list.length === 0)) return undefined;
  return { repositories, proposed, allProposed, packages, purge };
}

/** As a build request has them, with the names of secrets. */
function repositoriesOf({ repositories = [], privateRepositories = [] }: MirrorView): AddedRepository[] {
  return [
    ...repositories,
    ...privateRepositories.map(({ repository, credentials }) => {
      return { repository, credentials: nameOfSecret(credentials) };
    }),
  ];
}

function sourcesOf({ sources = {} }: MaasMirrorProps): object {
  const { streamKeyring, archiveKeyring, ca, ...words } = sources;
  return words;
}

const wordsFor = (list: readonly { readonly requestedName: string }[] = []) => list.map((one) => one.requestedName);

const namesOf = (list: readonly { readonly name: string }[] = []) => list.map(({ name }) => name);

/** For views without architectures, in a mirror without architectures. */
function firstArchitecture(release: OfRelease): string {
  const [first = 'amd64'] = architecturesOf(release);
  return architecturesOf(release).includes('amd64') ? 'amd64' : first;
}
