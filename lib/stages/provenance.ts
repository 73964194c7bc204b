import type { Kernel } from '../catalog/kernels';
import { withoutPasswords } from '../errors';
import type { BuildRequest } from '../job/build-request';
import type { Materials } from '../job/handed-on/materials';
import type { Fetched } from '../job/handed-on/results';
import { repositoryText } from '../job/sources/added-repository';
import { toolVersion } from '../job/tool';
import { writeJson } from '../simplestreams/json';
import type { Item } from '../simplestreams/types';

/** Everything that a version was made from. */
export interface Origin {
  readonly request: BuildRequest;
  readonly fetched: Fetched;
  readonly materials: Materials;
  readonly recipe: string;
  /** The flavour that was built; its packages are listed. */
  readonly builtAs: string;
}

/**
 * Where a version comes from, as an in-toto statement with the predicate of SLSA provenance v1. Nothing in it depends on
 * when and where it was built: equal builds give equal statements.
 * @see https://slsa.dev/spec/v1.0/provenance
 */
export function provenanceOf(kernel: Kernel, items: readonly Item[], origin: Origin): Buffer {
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: items.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cdk-maas-mirror:image:1',
        externalParameters: parametersOf(kernel, origin),
        internalParameters: { recipe: origin.recipe, ...removedFrom(origin) },
        resolvedDependencies: [baseOf(origin), ...archivesOf(origin), ...packagesOf(kernel, origin)],
      },
      runDetails: {
        builder: { id: 'urn:cdk-maas-mirror:builder', version: { 'cdk-maas-mirror': toolVersion } },
      },
    },
  };
  return Buffer.from(writeJson(statement));
}

/** Keys and identities that packages generated and that were removed from the image. */
function removedFrom({ materials: { removed } }: Origin): object {
  return removed.length === 0 ? {} : { removed };
}

interface Dependency {
  readonly name: string;
  readonly uri: string;
  readonly digest?: { readonly sha256: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

function parametersOf({ release, architecture, name, package: kernelPackage }: Kernel, { request }: Origin): object {
  const { customise, compression, serial } = request;
  const asked = {
    ...(customise && {
      customise: { ...customise, repositories: customise.repositories.map(repositoryText).map(withoutPasswords) },
    }),
    ...(compression && { compression }),
    ...(serial && { serial }),
  };
  return { release, architecture, kernel: name, package: kernelPackage, ...asked };
}

function baseOf({ fetched: { serial, source, squashfs } }: Origin): Dependency {
  const annotations = { serial, ...(source.product === '' ? {} : { product: source.product }) };
  return {
    name: 'base image',
    uri: withoutPasswords(source.uri),
    digest: { sha256: source.sha256 || squashfs.sha256 },
    annotations,
  };
}

/** What apt verified: the InRelease or Release files of the archives whose lists it read. */
function archivesOf({ materials }: Origin): Dependency[] {
  return materials.archives.map(({ uri, suite, sha256, detached = false }) => {
    return { name: 'archive', uri: `${uri}/dists/${suite}/${detached ? 'Release' : 'InRelease'}`, digest: { sha256 } };
  });
}

function packagesOf({ ofRelease, architecture }: Kernel, { materials, builtAs }: Origin): Dependency[] {
  const uri = (name: string, version: string) =>
    `pkg:deb/${ofRelease.family}/${name.split(':', 1)[0]}@${version}?arch=${architecture}`;
  const changed = materials.changed.flatMap(({ name, from, to }) => {
    if (to === null) return [];
    return [{ name: 'changed package', uri: uri(name, to), annotations: { before: from ?? 'not installed' } }];
  });
  const installed = [...(materials.installed[''] ?? []), ...(materials.installed[builtAs] ?? [])];
  return [...changed, ...installed.map(({ name, version }) => ({ name: 'build package', uri: uri(name, version) }))];
}
