import { Duration } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { seriesOf } from '../../catalog/names';
import { familyOf, findRelease } from '../../catalog/releases';
import { MirrorError } from '../../errors';
import type { MirrorConfig, View } from '../../job/config';
import type { Catalogue } from '../../job/releases/facts';
import { checks } from '../checks';
import { Architecture } from '../choices/architecture';
import { KernelFlavour } from '../choices/kernel-flavour';
import type { MirrorCatalogue } from '../choices/mirror-catalogue';
import { MirrorSchedule } from '../choices/mirror-schedule';
import type { MirrorSources } from '../choices/mirror-sources';
import type { MirrorView } from '../choices/mirror-view';
import { DebianRelease, type Release, UbuntuRelease } from '../choices/release';
import { namedSecrets } from '../choices/secrets';
import type { MaasMirrorProps } from '../maas-mirror-props';
import type { MirrorSiteProps } from '../site/mirror-site-props';
import { pathBeside, userFile } from './user-files';

/**
 * The properties that a `mirror.yaml` stands for.
 * @throws BadInput (misuse) naming the file and the field; UnknownRelease and the like
 */
export function propsOfConfig(scope: Construct, id: string, path: string): MaasMirrorProps {
  const config = checks().parseConfig(userFile(path, 'the configuration').toString('utf8'), path);
  const { catalogue, schedule, site } = config;
  const secrets = namedSecrets(scope, id);
  return {
    views: Object.entries(config.views).map(([name, view]) =>
      viewOf(name, view ?? { releases: [] }, catalogue, secrets),
    ),
    ...(catalogue !== undefined && { catalogue: catalogue as MirrorCatalogue }),
    sources: sourcesOf(config, path),
    ...(schedule !== undefined && { schedule: MirrorSchedule.of(schedule) }),
    ...(site !== undefined && { site: siteOf(scope, id, site) }),
  };
}

function viewOf(
  name: string,
  view: Partial<View>,
  catalogue: Catalogue | undefined,
  secretNamed: (name: string) => ISecret,
): MirrorView {
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
  return {
    name,
    releases: releases.map((word) => releaseNamed(word, catalogue)),
    ...(architectures !== undefined && { architectures: architectures.map((one) => Architecture.of(one)) }),
    ...(kernels !== undefined && {
      requiredKernels: kernels.required.map((kernel) => KernelFlavour.of(kernel)),
      optionalKernels: kernels.optional.map((kernel) => KernelFlavour.of(kernel)),
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
  };
}

/** By series or version, of the file's own releases too. */
function releaseNamed(word: string, catalogue: Catalogue | undefined): Release {
  const own = Object.entries(catalogue?.releases ?? {}).find(([, { version }]) => version === word);
  const name = own?.[0] ?? seriesOf(word);
  if (familyOf(name) === 'debian') return DebianRelease.of(name);
  const facts = findRelease(name) === undefined ? checks().factsOf(catalogue, name) : undefined;
  if (facts !== undefined && facts.version === undefined) throw withoutVersion(name);
  return UbuntuRelease.of(name, facts?.version === undefined ? {} : { version: facts.version });
}

/** A build asks the stream for it; a synthesis reads no stream. */
function withoutVersion(name: string): MirrorError {
  return new MirrorError(
    'UnknownRelease',
    `catalogue.releases.${name} has no version, and ${name} is not known without`,
    {
      hint: `add it to that entry, such as version: "27.04": the stream of cloud images, which may know ${name}, is not read at synth`,
      misuse: true,
    },
  );
}

function sourcesOf({ sources }: MirrorConfig, file: string): MirrorSources {
  const { streamKeyring, archiveKeyring, ca, snapshots, ...words } = sources;
  const keyring = (path: string) => pathBeside(path, 'the keyring', file);
  return {
    ...(words as MirrorSources), // what the file does not say is no field
    snapshots,
    ...(streamKeyring !== undefined && { streamKeyring: keyring(streamKeyring) }),
    ...(archiveKeyring !== undefined && { archiveKeyring: keyring(archiveKeyring) }),
    ...(ca !== undefined && { ca: pathBeside(ca, 'the certificates', file) }),
  };
}

function siteOf(scope: Construct, id: string, { certificateArn, ...site }: NonNullable<MirrorConfig['site']>) {
  return {
    ...(site as MirrorSiteProps), // what the file does not say is no field
    ...(certificateArn !== undefined && {
      certificate: Certificate.fromCertificateArn(scope, `${id}Certificate`, certificateArn),
    }),
  } satisfies MirrorSiteProps;
}
