import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Withdrawal } from '../../../lib/publication/state/withdrawal';
import { type Match, WithdrawnIndex, withdrawnPart } from '../../../lib/publication/state/withdrawals';
import type { Product, Version } from '../../../lib/simplestreams/types';
import {
  bootloaderFields,
  bootloaderVersion,
  imageFields,
  itemOf,
  singleFileVersion,
} from '../../simplestreams/made-documents';

const ga: Product = { ...imageFields, versions: {} };
const hwe: Product = { ...ga, subarch: 'hwe-24.04' };
const loader: Product = { ...bootloaderFields, versions: {} };
const key = 'ubuntu/noble/amd64/ga-24.04/generic';

/** A version by what it is made of: a word stands for a file of this content. */
function made(root: string, kernel: string, initrd: string, facts: Partial<Version> = {}): Version {
  const items = { squashfs: itemOf('squashfs', root), 'boot-kernel': itemOf('boot-kernel', kernel) };
  return { items: { ...items, 'boot-initrd': itemOf('boot-initrd', initrd) }, ...facts } as Version;
}
const bad = made('root', 'kernel', 'initrd', { base_sha256: 'b', packages: 'p', recipe: 'r' });
const sha = (word: string) => itemOf('', word).sha256;

function withdrawal(part: Withdrawal['parts'][number], more: Partial<Withdrawal> = {}): Withdrawal {
  const named = { view: 'candidate', release: 'noble', version: part.version, architectures: [], flavours: [] };
  return { id: '9d3c0a1b2c4d', at: '2026-11-25T09:12:00Z', ...named, parts: [part], ...more };
}
const whole = withdrawal(withdrawnPart(ga, '1', bad));
const kernelOnly = withdrawal(withdrawnPart(ga, '1', bad, true), { flavours: ['ga-24.04'] });

describe('a withdrawal', () => {
  it.each<[string, Version, Match['by'] | undefined]>([
    ['the same root, kernel and initrd', made('root', 'kernel', 'initrd'), 'version'],
    ['another root', made('other', 'kernel', 'initrd'), undefined],
    ['another kernel', made('root', 'other', 'initrd'), undefined],
    ['another initrd', made('root', 'kernel', 'other'), undefined],
    ['an image that was made of it', made('a', 'b', 'c', { base_sha256: sha('root') }), 'base'],
    ['the same base, as it is', made('root', 'new', 'new', { base_sha256: sha('root') }), undefined],
    ['the same inputs', made('a', 'b', 'c', { base_sha256: 'b', packages: 'p', recipe: 'r' }), 'inputs'],
    ['new packages', made('a', 'b', 'c', { base_sha256: 'b', packages: 'new', recipe: 'r' }), undefined],
    ['nothing that is known', made('a', 'b', 'c'), undefined],
  ])('matches, or does not: %s', (_, version, by) => {
    const match = new WithdrawnIndex('stable', [whole]).of(ga, '2', version);
    expect(match).toEqual(by && { withdrawal: whole, by });
  });

  it('of a flavour matches its kernel under every root and initrd, in every product, and no root', () => {
    const index = new WithdrawnIndex('stable', [kernelOnly]);
    expect(index.of(hwe, '2', made('new', 'kernel', 'new'))?.by).toBe('flavour');
    expect(index.of(ga, '2', made('root', 'new', 'initrd'))).toBeUndefined();
    expect(index.of(ga, '2', made('new', 'new', 'new', { base_sha256: sha('root') }))).toBeUndefined();
  });

  it('matches equal inputs only of the same product', () => {
    const same = made('a', 'b', 'c', { base_sha256: 'b', packages: 'p', recipe: 'r' });
    expect(new WithdrawnIndex('stable', [whole]).of(hwe, '2', same)).toBeUndefined();
  });

  it('matches its name only in the view that the operator named', () => {
    const other = made('a', 'b', 'c');
    expect(new WithdrawnIndex('candidate', [whole]).of(ga, '1', other)?.by).toBe('name');
    expect(new WithdrawnIndex('candidate', [whole]).of(hwe, '1', other)).toBeUndefined();
    expect(new WithdrawnIndex('stable', [whole]).of(ga, '1', other)).toBeUndefined();
  });

  it('of an image of one file matches its root', () => {
    const centos: Product = { ...ga, os: 'centos' };
    const index = new WithdrawnIndex('stable', [withdrawal(withdrawnPart(centos, '1', singleFileVersion('1')))]);
    expect(index.of(centos, '2', singleFileVersion('1'))?.by).toBe('version');
    expect(index.of(centos, '2', singleFileVersion('2'))).toBeUndefined();
  });

  it('of bootloaders matches equal files, and equal sources of the same bootloader', () => {
    const index = new WithdrawnIndex('stable', [withdrawal(withdrawnPart(loader, '1', bootloaderVersion('1')))]);
    expect(index.of(loader, '2', bootloaderVersion('1'))?.by).toBe('version');
    expect(index.of(loader, '2', bootloaderVersion('2'))?.by).toBe('sources');
    expect(index.of({ ...loader, arch: 'arm64' }, '2', bootloaderVersion('2'))).toBeUndefined();
    expect(index.of({ ...loader, arch: 'arm64' }, '2', bootloaderVersion('1'))?.by).toBe('version');
  });

  it('is told as the first of several that match, and the version itself before its name', () => {
    const second = { ...whole, id: '000000000002' };
    const match = new WithdrawnIndex('candidate', [whole, second]).of(ga, '1', bad);
    expect(match).toEqual({ withdrawal: whole, by: 'version' });
  });
});

describe('before anything is built, a withdrawal', () => {
  const index = new WithdrawnIndex('stable', [whole]);
  it.each<[string, Parameters<WithdrawnIndex['ofInputs']>, Match['by'] | undefined]>([
    ['the same inputs', [key, { base_sha256: 'b', packages: 'p', recipe: 'r' }], 'inputs'],
    ['a new recipe', [key, { base_sha256: 'b', packages: 'p', recipe: 'new' }], undefined],
    ['another product', ['other', { base_sha256: 'b', packages: 'p', recipe: 'r' }], undefined],
    ['nothing known', [key, {}], undefined],
    ['a customised image of it', [key, { base_sha256: sha('root') }, true], 'base'],
    ['its base, as it is', [key, { base_sha256: sha('root') }], undefined],
  ])('matches, or does not: %s', (_, asked, by) => {
    expect(index.ofInputs(...asked)?.by).toBe(by);
  });

  it('matches the digest of the inputs with which the newest version was checked', () => {
    const checked: Product = { ...ga, inputs: 'digest', versions: { '1': bad, '0': bad } };
    const of = (name: string) => new WithdrawnIndex('stable', [withdrawal(withdrawnPart(checked, name, bad))]);
    expect(of('1').ofInputs(key, { inputs: 'digest' })?.by).toBe('inputs');
    expect(of('0').ofInputs(key, { inputs: 'digest' })).toBeUndefined();
    expect(of('1').ofInputs(key, { inputs: '' })).toBeUndefined();
  });

  it('matches the sources of bootloaders, whatever their order', () => {
    const part = {
      ...withdrawnPart(loader, '1', bootloaderVersion('1')),
      made: { sources: ['b 2 noble', 'a 1 noble'] },
    };
    const asked = { sources: ['a 1 noble', 'b 2 noble'] };
    expect(new WithdrawnIndex('stable', [withdrawal(part)]).ofInputs('pxelinux/pxe/i386', asked)?.by).toBe('sources');
  });
});

it('a withdrawn part has what a machine boots, and what it was made from', () => {
  expect(withdrawnPart(ga, '1', bad)).toEqual({
    product: key,
    version: '1',
    root: sha('root'),
    kernel: sha('kernel'),
    initrd: sha('initrd'),
    made: { base_sha256: 'b', packages: 'p', recipe: 'r' },
  });
  expect(withdrawnPart(ga, '1', bad, true)).not.toHaveProperty('root');
  expect(withdrawnPart(loader, '1', bootloaderVersion('1'))).toEqual({
    product: 'pxelinux/pxe/i386',
    version: '1',
    items: { syslinux: sha('bootloaders/pxe/i386/1/syslinux.tar.xz') },
    made: { sources: ['syslinux 3:6.04~git20190206.bf6db5b4+dfsg1-3 noble'] },
  });
});

it('every withdrawn version is matched in every view, under every name, and a fix with a new root and kernel never is', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'd');
  const version = fc.tuple(word, word, word).map(([root, kernel, initrd]) => made(root, `${kernel}k`, `${initrd}i`));
  fc.assert(
    fc.property(fc.array(version, { minLength: 1 }), fc.boolean(), word, (versions, only, name) => {
      const marks = versions.map((one, at) => withdrawal(withdrawnPart(ga, String(at), one, only)));
      const index = new WithdrawnIndex('stable', marks);
      for (const one of versions) expect(index.of(hwe, name, one)).toBeDefined();
      expect(index.of(ga, '0', made('fix', 'fix', 'ai'))).toBeUndefined();
    }),
  );
});
