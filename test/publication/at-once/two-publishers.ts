import fc from 'fast-check';
import { expect } from 'vitest';
import { readView } from '../../../lib/publication/read-view';
import { checkIndex } from '../../../lib/simplestreams/contract/check-index';
import { checkProducts } from '../../../lib/simplestreams/contract/check-products';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Published } from '../../../lib/stages/updates/published';
import { type SmallPress, smallPress } from '../made/small-press';
import { type Turn, Turns } from './turns';

const kernels = fc.subarray(['generic', 'cloud', 'rt'], { minLength: 1 });
const order = fc.record({
  kernels,
  architecture: fc.constantFrom('amd64', 'arm64'),
  view: fc.constantFrom('candidate', 'nightly'),
  serial: fc.constantFrom('20261120', '20261121'),
});
type Ordered = typeof order extends fc.Arbitrary<infer T> ? T : never;

/** Two that publish, and one that reads as MAAS does. */
const [one, other, reader] = ['one', 'other', 'reader'] as const;
const turns = fc.array(fc.record({ who: fc.subarray([one, other, reader], { minLength: 1 }) }), { maxLength: 100 });

/**
 * Publishes twice at once into an empty mirror, in so many orders of the calls of its store.
 * @throws where a version was lost, or a reader saw an index or a document that breaks the contract
 */
export async function publishTwiceAtOnce(signer: Signer, rounds: number): Promise<void> {
  const property = fc.asyncProperty(order, order, turns, async (first, second, given) => {
    const press = smallPress(signer);
    const inTurn = new Turns<Turn>([one, other, reader], given);
    const work = Promise.all([publishInTurn(press, one, first, inTurn), publishInTurn(press, other, second, inTurn)]);
    const watching = watch(press, [first.view, second.view], inTurn, work);
    const published = await work;
    await watching;

    for (const [place, { view }] of [first, second].entries()) {
      expect(await versionsIn(press, view)).toEqual(expect.arrayContaining(namesOf(published[place])));
    }
  });
  await fc.assert(property, { numRuns: rounds });
}

function publishInTurn(press: SmallPress, execution: string, ordered: Ordered, turns: Turns<Turn>): Promise<Published> {
  const flavours = ordered.kernels.map((kernel) => ({ kernel, version: `6.1.${execution.length}-1` }));
  return turns.store(execution, press.mirror, (mirror) =>
    press.publish({ ...ordered, execution, kernels: flavours }, { mirror }),
  );
}

/** Reads the views again and again until the work is over, and once more. */
async function watch(press: SmallPress, views: readonly string[], turns: Turns<Turn>, work: Promise<unknown>) {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  await turns.store(reader, press.mirror, async (mirror) => {
    for (let last = false; !last; ) {
      last = over;
      for (const view of views) {
        const { index, documents } = await readView(view, { mirror, signer: press.signer });
        if (index === undefined) continue;
        expect(checkIndex(index)).toEqual([]);
        for (const { document } of documents.values()) expect(checkProducts(document)).toEqual([]);
      }
    }
  });
  await ended;
}

async function versionsIn(press: SmallPress, view: string): Promise<string[]> {
  const { products = {} } = (await press.document(view)) ?? {};
  return Object.entries(products).flatMap(([id, { versions }]) => Object.keys(versions).map((name) => `${id} ${name}`));
}

function namesOf(published: Published | undefined): string[] {
  return (published?.products ?? []).map((id) => `${id} ${published?.version}`);
}
