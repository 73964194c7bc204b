import { describe, expect, it } from 'vitest';
import { kernelOf } from '../../lib/catalog/kernels';
import { BuildRequest } from '../../lib/job/build-request';
import type { Materials } from '../../lib/job/handed-on/materials';
import type { Fetched } from '../../lib/job/handed-on/results';
import { toolVersion } from '../../lib/job/tool';
import { type Origin, provenanceOf } from '../../lib/stages/provenance';

const noble = kernelOf('noble', 'amd64', 'ga');
const nothing: Materials = { archives: [], changed: [], removed: [], installed: {} };
const cloudImage = { kind: 'cloud-image', uri: 'https://images.example/a.squashfs', sha256: 'a', product: 'p' };

interface Changes {
  readonly request?: object;
  readonly source?: object;
  readonly materials?: Partial<Materials>;
  readonly builtAs?: string;
}

function originOf({ request = {}, source = {}, materials = {}, builtAs = 'ga' }: Changes): Origin {
  const fetched = { serial: '20261120', source: { ...cloudImage, ...source }, squashfs: { sha256: 'b' } };
  return {
    request: BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...request }),
    ...{ fetched: fetched as unknown as Fetched, materials: { ...nothing, ...materials }, recipe: 'r', builtAs },
  };
}

const statementOf = (changes: Changes, kernel = noble) =>
  JSON.parse(provenanceOf(kernel, [], originOf(changes)).toString());
const dependenciesOf = (materials: Partial<Materials>, kernel = noble) =>
  statementOf({ materials }, kernel).predicate.buildDefinition.resolvedDependencies.slice(1);

describe('provenance', () => {
  it('says what a version is, what was asked for, and by what it was built', () => {
    const items = [{ path: 'noble/amd64/20261120/ga/boot-kernel', sha256: 'c', size: 1, ftype: 'boot-kernel' }];

    expect(JSON.parse(provenanceOf(noble, items, originOf({})).toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'noble/amd64/20261120/ga/boot-kernel', digest: { sha256: 'c' } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'urn:cdk-maas-mirror:image:1',
          externalParameters: { release: 'noble', architecture: 'amd64', kernel: 'ga', package: 'linux-generic' },
          internalParameters: { recipe: 'r' },
          resolvedDependencies: [
            {
              ...{ name: 'base image', uri: 'https://images.example/a.squashfs', digest: { sha256: 'a' } },
              annotations: { serial: '20261120', product: 'p' },
            },
          ],
        },
        runDetails: { builder: { id: 'urn:cdk-maas-mirror:builder', version: { 'cdk-maas-mirror': toolVersion } } },
      },
    });
  });

  it('names what was asked for beside the default, and nothing else', () => {
    const customise = {
      repositories: ['ppa:ann/daily'],
      proposed: [],
      allProposed: false,
      packages: ['vim'],
      purge: [],
    };
    const request = { customise, compression: 'xz', serial: '20261119' };

    const { externalParameters } = statementOf({ request }).predicate.buildDefinition;

    expect(externalParameters).toEqual({
      ...{ release: 'noble', architecture: 'amd64', kernel: 'ga', package: 'linux-generic' },
      ...request,
    });
  });

  it('names what was taken out of the image', () => {
    const removed = [{ path: 'etc/ssh/key', what: 'a key', of: 'openssh-server' }];

    const { internalParameters } = statementOf({ materials: { removed } }).predicate.buildDefinition;

    expect(internalParameters).toEqual({ recipe: 'r', removed });
  });

  it('takes a base that has no product or digest of its own by the digest of its squashfs', () => {
    const source = { kind: 'bootstrap', uri: 'http://archive.example bookworm', sha256: '', product: '' };

    const [base] = statementOf({ source }).predicate.buildDefinition.resolvedDependencies;

    expect(base).toEqual({
      ...{ name: 'base image', uri: 'http://archive.example bookworm', digest: { sha256: 'b' } },
      annotations: { serial: '20261120' },
    });
  });

  it('names the file of each archive that its signature was checked by', () => {
    const archive = { uri: 'http://archive.example', suite: 'noble', sha256: 'd' };

    expect(dependenciesOf({ archives: [archive, { ...archive, suite: 'ours', detached: true }] })).toEqual([
      { name: 'archive', uri: 'http://archive.example/dists/noble/InRelease', digest: { sha256: 'd' } },
      { name: 'archive', uri: 'http://archive.example/dists/ours/Release', digest: { sha256: 'd' } },
    ]);
  });

  it('names the packages that were changed in the image, without those that are gone', () => {
    const changed = [
      { name: 'cloud-init', from: '24.1', to: '25.1' },
      { name: 'libc6:amd64', from: null, to: '2.39' },
      { name: 'zstd', from: '1.5.5', to: null },
    ];

    expect(dependenciesOf({ changed })).toEqual([
      {
        ...{ name: 'changed package', uri: 'pkg:deb/ubuntu/cloud-init@25.1?arch=amd64' },
        annotations: { before: '24.1' },
      },
      {
        ...{ name: 'changed package', uri: 'pkg:deb/ubuntu/libc6@2.39?arch=amd64' },
        annotations: { before: 'not installed' },
      },
    ]);
  });

  it('names the packages that all flavours share, and those of the flavour that was built', () => {
    const one = (name: string) => [{ name, version: '1' }];
    const installed = { '': one('zstd'), hwe: one('linux-image-hwe'), ga: one('linux-image-ga') };
    const uris = (builtAs: string) =>
      statementOf({ materials: { installed }, builtAs }).predicate.buildDefinition.resolvedDependencies.slice(1);

    expect(uris('hwe')).toEqual([
      { name: 'build package', uri: 'pkg:deb/ubuntu/zstd@1?arch=amd64' },
      { name: 'build package', uri: 'pkg:deb/ubuntu/linux-image-hwe@1?arch=amd64' },
    ]);
    expect(uris('ga').map(({ uri }: { uri: string }) => uri)).toContain('pkg:deb/ubuntu/linux-image-ga@1?arch=amd64');
    expect(dependenciesOf({ installed: { ga: one('linux') } }, kernelOf('bookworm', 'arm64', 'generic'))).toEqual([
      { name: 'build package', uri: 'pkg:deb/debian/linux@1?arch=arm64' },
    ]);
    expect(dependenciesOf({})).toEqual([]);
  });

  it('holds no password: of neither the base image’s address nor the repositories’', () => {
    const stanza = 'Types: deb\nURIs: https://ann:hush1@ppa.example/\nSuites: noble\nComponents: main';
    const customise = { repositories: [stanza], proposed: [], allProposed: false, packages: [], purge: [] };
    const origin = originOf({ source: { uri: 'https://bob:hush2@images.example/a.squashfs' } });

    const text = provenanceOf(noble, [], { ...origin, request: { ...origin.request, customise } }).toString();

    expect(text).toContain('ppa.example');
    expect(text).toContain('images.example/a.squashfs');
    expect(text).not.toMatch(/hush/);
  });
});
