import { expect, it } from 'vitest';
import { bootloaders } from '../../../lib/catalog/bootloaders';
import { BuiltBootloaders } from '../../../lib/job/handed-on/bootloaders';

const sha256 = 'a'.repeat(64);

/** What the build makes of everything in the catalogue. */
const all = () =>
  bootloaders.map(({ os, firmware, architecture, items, release }) => ({
    ...{ os, firmware, architecture },
    items: Object.fromEntries(
      Object.keys(items).map((name) => [
        name,
        { artefact: { sha256, size: 1 }, package: name, version: '1.2-3', release: String(release) },
      ]),
    ),
  }));
type Built = ReturnType<typeof all>;

/** What is said of it with something changed: places and messages. */
function saidOf(change: (products: Built) => void, inReleases: unknown = [sha256]): string[] {
  const products = all();
  change(products);
  const { error } = BuiltBootloaders.safeParse({ products, inReleases });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const [first] = all();
const [name = ''] = Object.keys(first?.items ?? {});
const its = Object.keys(first?.items ?? {}).join(', ');

it('all bootloaders of the catalogue are taken', () => {
  expect(saidOf(() => undefined)).toEqual([]);
});

it.each<[string, (one: Built[number]) => void, string]>([
  ['lacks an item', (one) => delete one.items[name], `products.0.items.${name}: is missing`],
  [
    'has an item too many',
    (one) => Object.assign(one.items, { lilo: { ...one.items[name], package: 'lilo' } }),
    `products.0.items.lilo: is not an item of this product (${its})`,
  ],
  [
    'has an item of another package',
    (one) => Object.assign(one.items[name] ?? {}, { package: 'other' }),
    `products.0.items.${name}.package: must be syslinux`,
  ],
  [
    'has an item of another release',
    (one) => Object.assign(one.items[name] ?? {}, { release: 'xenial' }),
    `products.0.items.${name}.release: must be ${bootloaders[0]?.release}`,
  ],
  [
    'is of another firmware',
    (one) => Object.assign(one, { firmware: 'coreboot' }),
    `products.0.os: the catalogue has no bootloader ${first?.os} for coreboot ${first?.architecture}`,
  ],
])('refuses one that %s', (_, change, said) => {
  expect(saidOf(([one]) => one && change(one))).toEqual([said]);
});

it('refuses one that repeats an earlier product, and none', () => {
  const last = bootloaders.length - 1;
  expect(saidOf((products) => products.splice(last, 1, ...all().slice(0, 1)))).toEqual([
    `products.${last}.os: repeats an earlier product`,
  ]);
  expect(saidOf((products) => products.splice(0))).toEqual([expect.stringMatching(/^products: Too small/)]);
  expect(saidOf((products) => products.push(...all().slice(0, 1)))[0]).toMatch(/^products: Too big/);
  expect(saidOf(() => undefined, [])).toEqual([expect.stringMatching(/^inReleases: Too small/)]);
  expect(saidOf(() => undefined, ['x'])).toEqual(['inReleases.0: must be a sha256 in lower-case hex']);
});
