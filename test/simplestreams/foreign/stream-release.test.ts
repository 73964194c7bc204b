import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { productsOf } from '../../../lib/simplestreams/foreign/inherited';
import { releasesIn } from '../../../lib/simplestreams/foreign/stream-release';

const releasesOf = (products: object) => releasesIn(productsOf({ products }));

const product = (architecture: string, changes: object = {}) => ({
  [`com.ubuntu.cloud.daily:server:27.04:${architecture}`]: {
    ...{ arch: architecture, os: 'ubuntu', release: 'zany', version: '27.04', release_title: '27.04' },
    ...{ release_codename: 'Zany Zebra', support_eol: '2028-01-20', supported: true, versions: {} },
    ...changes,
  },
});
const zany = {
  name: 'zany',
  version: '27.04',
  title: '27.04',
  codename: 'Zany Zebra',
  supportEol: '2028-01-20',
  architectures: ['amd64', 'arm64', 'amd64v3'],
};

describe('what a stream says of a release', () => {
  it('is what all its products say, with their architectures', () => {
    const products = {
      ...product('amd64'),
      ...product('arm64'),
      ...product('amd64v3'),
      ubuntu: {},
      'a:minimal:b:c': {},
    };
    expect(releasesOf(products)).toEqual({ releases: [zany], odd: [] });
  });

  it('may be little', () => {
    const bare = {
      release_title: undefined,
      release_codename: undefined,
      support_eol: undefined,
      supported: undefined,
    };
    expect(releasesOf(product('amd64', bare)).releases).toEqual([
      {
        name: 'zany',
        version: '27.04',
        title: undefined,
        codename: undefined,
        supportEol: undefined,
        architectures: ['amd64'],
      },
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['a series of several words', { release: 'zany-zebra' }, /^release of com.ubuntu.*:amd64 is not a series/],
    ['no series', { release: undefined }, /^release of .* is not a series|^release of/],
    ['another version', { version: '27.10' }, /:27.04:amd64 describes itself as 27.10 for amd64$/],
    ['another architecture', { arch: 'arm64' }, /describes itself as 27.04 for arm64$/],
    ['a release that is no text, and cannot be made one', { release: { toString: 1 } }, /^release of .*toString/],
    ['a version that is no text', { version: 27.04 }, /^version of .*\(got 27.04\)$/],
    ['a title with a point release', { release_title: '27.04.1' }, /^release_title of .*"27.04.1"/],
    ['a name with control characters', { release_codename: 'Zany\u001b[2J' }, /^release_codename of/],
    ['a name without end', { release_codename: 'Z'.repeat(100) }, /^release_codename of/],
    ['no day', { support_eol: '2028-13-01' }, /^support_eol of .*"2028-13-01"/],
    ['support that is no truth', { supported: 'yes' }, /^supported of .*"yes"/],
  ])('is odd with %s', (_, changes, fault) => {
    const { releases, odd } = releasesOf({
      ...product('amd64', changes),
      ...product('arm64', 'release' in changes ? changes : {}),
    });
    expect(releases).toEqual([]);
    expect(odd).toEqual([expect.objectContaining({ fault: expect.stringMatching(fault) })]);
  });

  it.each([
    ['title', { release_title: '27.04 LTS' }],
    ['name', { release_codename: 'Zany Zorilla' }],
    ['end', { support_eol: '2030-01-20' }],
  ])('is odd where its products differ in its %s', (_, changes) => {
    const { releases, odd } = releasesOf({ ...product('amd64'), ...product('arm64', changes) });
    expect(releases).toEqual([]);
    expect(odd[0]?.fault).toMatch(/^(release_title|release_codename|support_eol) is ".*" and ".*"$/);
  });

  it('is odd where two series have one version, and no other release suffers', () => {
    const noble = { release: 'noble', version: '24.04', release_title: '24.04 LTS', arch: 'amd64' };
    const { releases, odd } = releasesOf({
      ...product('amd64'),
      ...product('arm64', { release: 'zebra' }),
      'x:server:24.04:amd64': noble,
    });
    expect(releases.map(({ name }) => name)).toEqual(['noble']);
    expect(odd.map(({ name, fault }) => [name, fault])).toEqual([
      ['zany', 'another series also has version 27.04'],
      ['zebra', 'another series also has version 27.04'],
    ]);
  });

  it('is read of anything', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a:server:27.04:amd64', 'b:server:27.04:arm64', 'c'), fc.anything()),
        (products) => {
          const { releases } = releasesOf(products);
          for (const { name, version } of releases) expect(`${name} ${version}`).toMatch(/^[a-z]+ \d\d\.\d\d$/);
        },
      ),
    );
  });
});
