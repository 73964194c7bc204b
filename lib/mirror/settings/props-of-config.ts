import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { seriesOf } from '../../catalog/names';
import { familyOf, findRelease, releaseNames } from '../../catalog/releases';
import type { MirrorConfig } from '../../job/config';
import { bootloadersRequest } from '../../job/job';
import { parseDuration } from '../../job/operations/duration';
import type { Catalogue } from '../../job/releases/facts';
import type { View } from '../../job/views/view';
import { checks } from '../checks';
import { Architecture } from '../choices/architecture';
import { KernelFlavour } from '../choices/kernel-flavour';
import type { MirrorCatalogue } from '../choices/mirror-catalogue';
import type { MirrorPromotion } from '../choices/mirror-promotion';
import { MirrorSchedule } from '../choices/mirror-schedule';
import type { MirrorSelection } from '../choices/mirror-selection';
import type { MirrorSources } from '../choices/mirror-sources';
import type { MirrorView } from '../choices/mirror-view';
import { DebianRelease, type Release, UbuntuRelease } from '../choices/release';
import { namedSecrets } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import type { Path } from '../refusals/property-path';
import { atSynth, refused } from '../refusals/synth-error';
import type { MirrorSiteProps } from '../site/mirror-site-props';
import { pathBeside, userFile } from './user-files';

/** A `mirror.yaml`. @throws BadInput (misuse) naming the file and the field; NotSupported */
export function readConfig(scope: Construct, path: string): MirrorConfig {
  return atSynth({ scope }, () => checks().parseConfig(userFile(path, []).toString('utf8'), path));
}

/**
 * The properties for a `mirror.yaml`.
 * @throws BadInput (misuse), UnknownRelease and the like, naming the property
 */
export function propsOfConfig(
  scope: Construct,
  id: string,
  path: string,
  config: MirrorConfig = readConfig(scope, path),
): MaasMirrorProps {
  const { catalogue, schedule, site } = config;
  const secrets = namedSecrets(scope, id);
  return {
    views: Object.entries(config.views).map(([name, view], at) => ({
      name,
      ...viewOf(['views', at], view ?? {}, catalogue, secrets),
    })),
    ...(catalogue !== undefined && { catalogue: catalogue as MirrorCatalogue }),
    sources: sourcesOf(config, path),
    ...(schedule !== undefined && { schedule: MirrorSchedule.of(schedule) }),
    ...(site !== undefined && { site: siteOf(scope, id, site) }),
  };
}

function viewOf(
  path: Path,
  view: Partial<View>,
  catalogue: Catalogue | undefined,
  secretNamed: (name: string) => ISecret,
): Omit<MirrorView, 'name'> {
  const {
    releases = [],
    architectures,
    kernels,
    customise,
    serial,
    compression,
    bootTest,
    bootTimeout,
    bootloaders,
  } = view;
  const each = <T>(words: readonly string[], field: string, of: (word: string) => T) => eachOf(path, words, field, of);
  return {
    releases: each(releases, 'releases', (word) => releaseNamed(word, catalogue)),
    ...(architectures !== undefined && { architectures: each(architectures, 'architectures', Architecture.of) }),
    ...(kernels !== undefined && {
      requiredKernels: each(kernels.required, 'requiredKernels', KernelFlavour.of),
      optionalKernels: each(kernels.optional, 'optionalKernels', KernelFlavour.of),
    }),
    ...(customise !== undefined && {
      repositories: customise.repositories.filter((one) => typeof one === 'string'),
      privateRepositories: customise.repositories
        .filter((one) => typeof one !== 'string')
        .map((one) => ({
          repository: one.repository,
          credentials: secretNamed(one.credentials),
        })),
      proposed: customise.proposed,
      allProposed: customise.allProposed,
      packages: customise.packages,
      purge: customise.purge,
    }),
    ...(serial !== undefined && { serial }),
    ...(compression !== undefined && { compression }),
    ...(bootTest !== undefined && { bootTest }),
    ...(bootTimeout !== undefined && { bootTimeout: Duration.minutes(bootTimeout) }),
    ...(bootloaders !== undefined && { bootloaders }),
    ...sourceOf(path, view, catalogue),
  };
}

/** Where a view that is not built gets its versions. */
function sourceOf(path: Path, { promote, from, select }: Partial<View>, catalogue: Catalogue | undefined) {
  return {
    ...(promote !== undefined && { promote: promotionOf(promote) }),
    ...(from !== undefined && { from }),
    ...(select !== undefined && { select: select.map((one, at) => partOf([...path, 'select', at], one, catalogue)) }),
  };
}

function promotionOf({ from, after, require }: NonNullable<View['promote']>): MirrorPromotion {
  return { from, require, ...(after !== undefined && { after: Duration.millis(parseDuration(after)) }) };
}

function partOf(
  path: Path,
  part: NonNullable<View['select']>[number],
  catalogue: Catalogue | undefined,
): MirrorSelection {
  const { from, releases, architectures, flavours } = part;
  const named = releases?.filter((word) => word !== bootloadersRequest);
  return {
    from,
    ...(releases !== undefined && { bootloaders: releases.includes(bootloadersRequest) }),
    ...(named !== undefined && {
      releases: eachOf(path, named, 'releases', (word) => releaseNamed(word, catalogue)),
    }),
    ...(architectures !== undefined && {
      architectures: eachOf(path, architectures, 'architectures', Architecture.of),
    }),
    ...(flavours !== undefined && { flavours: eachOf(path, flavours, 'flavours', KernelFlavour.of) }),
  };
}

/** Choices by their words; errors name the word's place. */
function eachOf<T>(path: Path, words: readonly string[], field: string, of: (word: string) => T): T[] {
  return words.map((word, at) => atSynth({ path: [...path, field, at] }, () => of(word)));
}

/** A release by its series or version, also one of the file's own catalogue. */
function releaseNamed(word: string, catalogue: Catalogue | undefined): Release {
  const own = Object.entries(catalogue?.releases ?? {}).find(([, { version }]) => version === word);
  const name = own?.[0] ?? seriesOf(word);
  if (familyOf(name) === 'debian') return DebianRelease.of(name);
  const facts = findRelease(name) === undefined ? checks().factsOf(catalogue, name) : undefined;
  if (facts !== undefined && facts.version === undefined) throw withoutVersion(name);
  if (facts === undefined && findRelease(name) === undefined) throw unknownRelease(word);
  return UbuntuRelease.of(name, facts?.version === undefined ? {} : { version: facts.version });
}

function unknownRelease(word: string): Error {
  return refused(
    [],
    `unknown release ${JSON.stringify(word)}; known releases: ${releaseNames()}`,
    'if it is a newer release, add it to catalogue.releases with its version: { zany: { version: "27.04" } }',
    'UnknownRelease',
  );
}

/** A build reads the version from the stream; a synthesis does not read the stream. */
function withoutVersion(name: string): Error {
  return refused(
    ['catalogue', 'releases', name],
    'has no version, which is required for a release that this version of cdk-maas-mirror does not know',
    'add its version, such as version: "27.04"; the cloud image stream is not read at synth',
    'UnknownRelease',
  );
}

function sourcesOf({ sources }: MirrorConfig, file: string): MirrorSources {
  const { streamKeyring, archiveKeyring, ca, snapshots, ...words } = sources;
  const beside = (path: string, field: string) => pathBeside(path, ['sources', field], file);
  return {
    ...(words as MirrorSources), // no undefined fields
    snapshots,
    ...(streamKeyring !== undefined && { streamKeyring: beside(streamKeyring, 'streamKeyring') }),
    ...(archiveKeyring !== undefined && { archiveKeyring: beside(archiveKeyring, 'archiveKeyring') }),
    ...(ca !== undefined && { ca: beside(ca, 'ca') }),
  };
}

function siteOf(scope: Construct, id: string, { certificateArn, ...site }: NonNullable<MirrorConfig['site']>) {
  return {
    ...(site as MirrorSiteProps), // no undefined fields
    ...(certificateArn !== undefined && {
      certificate: Certificate.fromCertificateArn(scope, `${id}Certificate`, certificateArn),
    }),
  } satisfies MirrorSiteProps;
}
