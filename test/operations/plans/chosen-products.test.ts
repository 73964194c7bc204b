import { describe, expect, it } from 'vitest';
import { chosenProducts } from '../../../lib/operations/plans/chosen-products';
import { chosenVersions } from '../../../lib/operations/plans/chosen-versions';
import { emptyShelf, fieldsOf, onShelf } from '../../../lib/publication/state/shelf';
import type { Product } from '../../../lib/simplestreams/types';
import { bootloaderFields, bootloaderVersion, documentOf } from '../../simplestreams/made-documents';
import { made, viewWith } from './made';

const images = viewWith('candidate', {
  'ga-24.04': { '1': 'r1 g1', '3': 'r3 g3' },
  'hwe-24.04': { '1': 'r1 h1', '2': 'r2 h2' },
});
const loader: Product = { ...bootloaderFields, versions: { '1': bootloaderVersion('1') } };
const loaders = documentOf('loaders', { loader });
const view = { ...images, documents: new Map([...images.documents, ['loaders', loaders]]) };
const names = (words: Parameters<typeof chosenProducts>[1]) => chosenProducts(view, words).map(({ key }) => key);
const [ga, hwe] = ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'] as const;

describe('an operator means', () => {
  it.each(['noble', 'Noble', '24.04', '24.04 LTS', 'noble numbat'])('all flavours of a release by %s', (release) => {
    expect(names({ release })).toEqual([ga, hwe]);
  });

  it.each([
    [{ release: 'bootloaders' }, ['pxelinux/pxe/i386']],
    [{}, ['pxelinux/pxe/i386', ga, hwe]],
    [{ release: 'noble', flavours: ['ga'] }, [ga]],
    [{ release: 'noble', flavours: ['hwe-24.04'] }, [hwe]],
    [{ architectures: ['i386'] }, ['pxelinux/pxe/i386']],
    [{ release: 'noble', architectures: [], flavours: [] }, [ga, hwe]],
  ])('by %j: %j', (words, keys) => {
    expect(names(words)).toEqual(keys);
  });

  it('also a product that is only on the shelf', () => {
    const [document] = images.documents.values();
    const [[id, product] = ['', loader]] = Object.entries(document?.products ?? {});
    const entry = { why: 'held', since: '2026-11-20T00:00:00Z', version: made('r9 g9') } as const;
    const shelf = onShelf(emptyShelf, id, { content_id: 'c', fields: fieldsOf(product) }, '9', entry);
    const [chosen] = chosenProducts({ ...view, documents: new Map(), shelf }, { release: 'noble' });
    expect(chosen).toMatchObject({ id, key: ga, product: { versions: {} } });
    expect(chosenVersions('candidate', chosen ? [chosen] : [], '9').map(({ version }) => version)).toEqual([
      entry.version,
    ]);
  });

  it('the newest version of each product: what has not changed keeps its name', () => {
    const told = (word: string) => chosenVersions('candidate', chosenProducts(view, { release: 'noble' }), word);
    expect(told('newest').map(({ key, name }) => `${key} ${name}`)).toEqual([`${ga} 3`, `${hwe} 2`]);
    expect(told('1').map(({ key }) => key)).toEqual([ga, hwe]);
  });
});

describe('refuses', () => {
  it.each([
    [{ release: 'jammy' }, 'the view candidate has no jammy', 'it has: bootloaders, noble'],
    [
      { release: 'noble', architectures: ['arm64'] },
      'the view candidate has no noble arm64',
      'it has: noble amd64 ga-24.04, noble amd64 hwe-24.04',
    ],
    [
      { release: 'noble', flavours: ['hwe-22.04'] },
      'the view candidate has no noble hwe-22.04',
      'it has: noble amd64 ga-24.04, noble amd64 hwe-24.04',
    ],
  ])('%j, of which the view has nothing, and says what it has', (words, message, hint) => {
    expect(() => chosenProducts(view, words)).toThrow(
      expect.objectContaining({ name: 'NoSuchVersion', message, hint, misuse: true }),
    );
  });

  it('a version that no product has, and says which there are', () => {
    expect(() => chosenVersions('candidate', chosenProducts(view, { release: 'noble' }), '4')).toThrow(
      expect.objectContaining({
        name: 'NoSuchVersion',
        message: 'the view candidate has no version 4 of noble amd64 ga-24.04, noble amd64 hwe-24.04',
        hint: 'it has: 3, 2, 1',
      }),
    );
  });
});
