import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readView } from '../../lib/publication/published-view';
import { checkIndex } from '../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../lib/simplestreams/contract/check-products';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import type { Published } from '../../lib/stages/publish';
import { smallSigner } from '../fixtures/small-mirror';
import { type SmallPress, smallPress } from './small-press';
import { wrappedStore } from './wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const kernels = fc.subarray(['generic', 'cloud', 'rt'], { minLength: 1 });
const order = fc.record({
  kernels,
  architecture: fc.constantFrom('amd64', 'arm64'),
  view: fc.constantFrom('candidate', 'nightly'),
  serial: fc.constantFrom('20261120', '20261121'),
});
const delays = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 40 });

describe('two publishers at once', () => {
  it('lose no version, and no reader sees a bad index, whatever waits for what', { timeout: 900_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(order, order, delays, delays, async (one, other, someDelays, otherDelays) => {
        const press = smallPress(signer);
        const work = [publishSlowly(press, 'one', one, someDelays), publishSlowly(press, 'other', other, otherDelays)];
        const watching = watch(press, [one.view, other.view], Promise.allSettled(work));
        const published = await Promise.all(work);
        await watching;

        for (const [place, { view }] of [one, other].entries()) {
          expect(await versionsIn(press, view)).toEqual(expect.arrayContaining(namesOf(published[place])));
        }
      }),
      { numRuns: 200 },
    );
  });
});

type Ordered = typeof order extends fc.Arbitrary<infer T> ? T : never;

/** Publishes through a store in which every call begins some milliseconds late. */
function publishSlowly(
  press: SmallPress,
  execution: string,
  ordered: Ordered,
  milliseconds: readonly number[],
): Promise<Published> {
  let calls = 0;
  const mirror = wrappedStore(press.mirror, async (_, go) => {
    const delay = milliseconds[calls++ % milliseconds.length] ?? 0;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    return go();
  });
  const flavours = ordered.kernels.map((kernel) => ({ kernel, version: `6.1.${execution.length}-1` }));
  return press.publish({ ...ordered, execution, kernels: flavours }, { mirror });
}

/** Reads the views again and again, as MAAS would, until the work is over. */
async function watch(press: SmallPress, views: readonly string[], work: Promise<unknown>): Promise<void> {
  let over = false;
  const done = work.then(() => {
    over = true;
  });
  while (!over) {
    for (const view of views) {
      const { index, documents } = await readView(view, press);
      if (index === undefined) continue;
      expect(checkIndex(index)).toEqual([]);
      for (const { document } of documents.values()) expect(checkProducts(document)).toEqual([]);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
}

async function versionsIn(press: SmallPress, view: string): Promise<string[]> {
  const { products = {} } = (await press.document(view)) ?? {};
  return Object.entries(products).flatMap(([id, { versions }]) => Object.keys(versions).map((name) => `${id} ${name}`));
}

function namesOf(published: Published | undefined): string[] {
  return (published?.products ?? []).map((id) => `${id} ${published?.version}`);
}
