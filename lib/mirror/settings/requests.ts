import type { Duration } from 'aws-cdk-lib';
import { architecturesOf, type OfRelease } from '../../catalog/kernels';
import { MirrorError } from '../../errors';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest, longestBoot } from '../../job/job';
import { refuseNotYet } from '../../job/not-yet';
import { releaseFor } from '../../job/releases/release-for';
import type { AddedRepository } from '../../job/sources/added-repository';
import { checks } from '../checks';
import { requireKnown } from '../choices/known-at-synth';
import type { MirrorView } from '../choices/mirror-view';
import { nameOfSecret } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import { pascalCase } from '../pascal-case';
import { withFlavoursOf } from './flavours';
import { catalogueOf } from './known-releases';
import { sourceData } from './source-data';
import { wholeMinutes } from './whole-minutes';

/**
 * Everything that a mirror is to build when it looks for news.
 * @throws BadInput (misuse) naming the property; NotSupported for a view without releases; UnknownKernel and the like for what a release does not have
 */
export function requestsOfProps(props: MaasMirrorProps): BuildRequest[] {
  if ('places' in props) throw misuse('the property places is now called sources');
  refuseTokens(props);
  const { checked, MirrorConfig, requestsOf, Sources } = checks();
  const views = viewsOf(props);
  refuseFolders(props, views);
  refusePasswordsIn(props, views);
  const config = checked(
    MirrorConfig,
    {
      views: Object.fromEntries(views.map((view) => [view.name, wordsOf(view, props)])),
      catalogue: catalogueOf(props),
      sources: sourcesOf(props),
    },
    { plural: 'the properties of the mirror' },
    'see the properties of MaasMirror and MirrorView',
  );
  const sources = checked(
    Sources,
    { ...sourcesOf(props), ...sourceData(props.sources) },
    'the property sources',
    'see MirrorSources',
  );
  refuseNotYet({ views }, 'the properties of the mirror');
  if (views.every(({ releases = [] }) => releases.length === 0)) return [];
  const requests = requestsOf(config, {
    ownArchitecture: (request) => firstArchitecture(releaseFor(request)),
    read: noFiles,
    keyring: noFiles,
  });
  return requests
    .map((request) => ({ ...request, architectures: architecturesFor(request, views), sources }))
    .map((request) => withFlavoursOf(props.kernels, request));
}

/** All that goes into orders but the names of secrets, which the deployment may know. */
function refuseTokens({ views, sources }: MaasMirrorProps): void {
  requireKnown('sources', sources);
  requireKnown(
    'views',
    views?.map(({ privateRepositories, ...view }) => ({
      ...view,
      privateRepositories: privateRepositories?.map(({ repository }) => ({ repository })),
    })),
  );
}

/** Of all views, like passwords. */
function refuseFolders({ sources }: MaasMirrorProps, views: readonly MirrorView[]): void {
  const { refuseFileAddresses } = checks();
  refuseFileAddresses({ sources: { ...sources } as BuildRequest['sources'] });
  for (const view of views)
    refuseFileAddresses({ customise: customiseOf(view) as BuildRequest['customise'] }, `view ${view.name}`);
}

/** Of views without releases and of sources that no order has, too: all of it goes into a template. */
function refusePasswordsIn({ sources }: MaasMirrorProps, views: readonly MirrorView[]): void {
  const { refusePasswords } = checks();
  refusePasswords({ sources: { ...sources } as BuildRequest['sources'] });
  for (const view of views)
    refusePasswords({ customise: customiseOf(view) as BuildRequest['customise'] }, `view ${view.name}`);
}

/** Those of the mirror that the release has; a view that names its own is taken at its word. */
function architecturesFor(request: BuildRequest, views: readonly MirrorView[]): string[] {
  const { view, release, architectures } = request;
  const named = views.find(({ name }) => name === view)?.architectures !== undefined;
  if (named || release === bootloadersRequest) return architectures;
  const existing = architectures.filter((one) => architecturesOf(releaseFor(request)).includes(one));
  return existing.length > 0 ? existing : architectures; // the plan says what there is
}

/** They are read here. */
function noFiles(path: string): never {
  throw misuse(`the properties name the file ${path}`);
}

function viewsOf({ views, releases }: MaasMirrorProps): readonly MirrorView[] {
  if (views !== undefined) {
    const names = views.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) throw misuse(`the property views names ${JSON.stringify(twice)} twice`);
    refuseAlike(names);
    return views;
  }
  return releases === undefined ? [] : [{ name: 'candidate', releases }];
}

/** Resources are named for views, and their names have no hyphens. */
function refuseAlike(names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    const alike = names.slice(0, at).find((other) => pascalCase(other) === pascalCase(name));
    if (alike === undefined) continue;
    throw misuse(
      `the property views names ${JSON.stringify(alike)} and ${JSON.stringify(name)}, which give resources of one name`,
      'call one of them otherwise: views have to differ by more than hyphens',
    );
  }
}

function wordsOf(view: MirrorView, { architectures }: MaasMirrorProps): object {
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
  const wanted = view.architectures ?? architectures;
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
    ...(bootTimeout !== undefined && { bootTimeout: bootMinutes(view.name, bootTimeout) }),
    ...(bootloaders !== undefined && { bootloaders }),
  };
}

function bootMinutes(view: string, bootTimeout: Duration): number {
  const range = { from: 1, to: longestBoot, words: `1 to ${longestBoot}` };
  return wholeMinutes(`bootTimeout of the view ${view}`, bootTimeout, range);
}

function customiseOf(view: MirrorView): object | undefined {
  const { proposed = [], allProposed = false, packages = [], purge = [] } = view;
  const repositories = repositoriesOf(view);
  if (!allProposed && [repositories, proposed, packages, purge].every((list) => list.length === 0)) return undefined;
  return { repositories, proposed, allProposed, packages, purge };
}

/** In the words of an order, which names secrets. */
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

const wordsFor = (list: readonly { readonly asked: string }[] = []) => list.map(({ asked }) => asked);

const namesOf = (list: readonly { readonly name: string }[] = []) => list.map(({ name }) => name);

/** Of a view that names none, in a mirror that names none. */
function firstArchitecture(release: OfRelease): string {
  const [first = 'amd64'] = architecturesOf(release);
  return architecturesOf(release).includes('amd64') ? 'amd64' : first;
}

function misuse(message: string, hint = 'see the properties of MaasMirror'): MirrorError {
  return new MirrorError('BadInput', message, { hint, misuse: true });
}
