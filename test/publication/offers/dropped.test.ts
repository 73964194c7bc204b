import { describe, expect, it } from 'vitest';
import { dependentsOf } from '../../../lib/publication/offers/dropped';
import type { Product, Products } from '../../../lib/simplestreams/types';
import { bootloaderFields, documentOf, imageContentId, imageFields } from '../../simplestreams/made-documents';

const ga: Product = { ...imageFields, versions: {} };
const hwe: Product = { ...ga, subarch: 'hwe-24.04' };
const arm: Product = { ...ga, arch: 'arm64' };

const left = (...products: Product[]): Map<string, Products> => {
  return new Map([
    [imageContentId, documentOf(imageContentId, Object.fromEntries(products.map((one, at) => [String(at), one])))],
  ]);
};
const told = (dropped: readonly Product[], kept: ReadonlyMap<string, Products>) =>
  dependentsOf(dropped, kept).map(({ about, architecture = 'all', why = about }) => `${architecture}: ${why}`);

const keeps = 'all: keeps';
const commissioning = 'all: commissioning release';
const uploads = (arch: string) => `${arch}: uploads with base_image ubuntu/noble`;
const memory = (arch: string) => `${arch}: machines deployed to memory`;
const kernel = (arch: string, name: string) => `${arch}: machines with ${name} as hwe_kernel or min_hwe_kernel`;

describe('of what a view drops, a MAAS may use', () => {
  it.each<[string, Product[], Product[], string[]]>([
    ['a flavour, on machines that are set to it', [hwe], [ga], [kernel('amd64', 'hwe-24.04'), keeps]],
    [
      'an architecture, for uploads, machines in memory and kernels',
      [arm],
      [ga],
      [uploads('arm64'), memory('arm64'), kernel('arm64', 'ga-24.04'), keeps],
    ],
    [
      'a release, for commissioning too, told once for all flavours',
      [hwe, ga],
      [{ ...ga, release: 'jammy' }],
      [
        commissioning,
        uploads('amd64'),
        memory('amd64'),
        kernel('amd64', 'ga-24.04'),
        kernel('amd64', 'hwe-24.04'),
        keeps,
      ],
    ],
    [
      'a release that it never commissions with, for the rest',
      [{ ...ga, release_title: '24.10' }],
      [],
      [uploads('amd64'), memory('amd64'), kernel('amd64', 'ga-24.04'), keeps],
    ],
    [
      'an image of one file, only on machines in memory',
      [{ arch: 'amd64', os: 'centos', release: '9', versions: {} }],
      [],
      [memory('amd64'), keeps],
    ],
    ['a bootloader, of which it keeps what it has', [{ ...bootloaderFields, versions: {} }], [], [keeps]],
    ['nothing of a product that is still there', [ga], [ga], [keeps]],
    ['nothing, if nothing is dropped', [], [ga], []],
  ])('%s', (_, dropped, kept, lines) => {
    expect(told(dropped, left(...kept))).toEqual(lines);
  });

  it('a release for commissioning, which a command shows', () => {
    const commands = ['maas admin maas get-config name=commissioning_distro_series'];
    expect(dependentsOf([ga], new Map())[0]).toEqual({
      about: 'depends',
      release: 'noble',
      why: 'commissioning release',
      commands,
    });
  });
});
