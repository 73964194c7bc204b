import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootloaders } from '../../../lib/catalog/bootloaders';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { Turns } from '../../publication/at-once/turns';
import { smallPress } from '../../publication/made/small-press';
import { loadersOf, publishLoaders } from './made/published-loaders';

describe('several publishers at once', () => {
  it('lose no version, of bootloaders or of images', async () => {
    const signer = await smallSigner();
    const shim = fc.constantFrom('1.58', '1.59', '1.60');
    const names = ['one', 'other', 'images'] as const;
    const turns = fc.array(fc.record({ who: fc.subarray([...names], { minLength: 1 }) }), { maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(shim, shim, turns, async (one, other, given) => {
        const press = smallPress(signer);
        const inTurn = new Turns(names, given);
        const [first, second, images] = await Promise.all([
          inTurn.store('one', press.mirror, (mirror) =>
            publishLoaders(press, { versions: { 'amd64/shim-signed': one } }, { mirror }),
          ),
          inTurn.store('other', press.mirror, (mirror) =>
            publishLoaders(press, { versions: { 'amd64/shim-signed': other } }, { mirror }),
          ),
          inTurn.store('images', press.mirror, (mirror) => press.publish({}, { mirror })),
        ]);

        const { products = {} } = (await loadersOf(press)) ?? {};
        for (const { product, version } of [...first.products, ...second.products]) {
          expect(Object.keys(products[product]?.versions ?? {})).toContain(version);
        }
        expect(Object.keys(products)).toHaveLength(bootloaders.length);
        expect(await press.versionsOf('generic')).toEqual([images.version]);
        expect(checkProducts(await loadersOf(press))).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});
