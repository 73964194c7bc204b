import fc from 'fast-check';
import '../fixtures/needs-seconds';
import { describe, expect, it } from 'vitest';
import { freshStream } from './made/fresh-stream';
import { ga, hwe, publishImages } from './made/made-images';
import { MadeStream } from './made/made-stream';
import { models } from './sites';

const fresh = freshStream();

/** What a stream offers, by the names of versions, and for how many minutes. */
const steps = fc.array(
  fc.record({
    versions: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4'), { minLength: 1 }),
    withHwe: fc.boolean(),
    minutes: fc.integer({ min: 1, max: 150 }),
    imports: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

describe.each(models)('%s', (_name, make) => {
  it('ends with the highest version that is offered, whatever was offered before, and is never without one', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 60, max: 1000 }), async (offers, bytesPerMinute) => {
        const stream = new MadeStream(fresh().signer);
        const site = make({ reader: stream.reader(), bytesPerMinute });
        site.select(site.addSource('http://mirror/stable'), 'ubuntu', 'noble', 'amd64');
        const offer = ({ versions, withHwe }: (typeof offers)[number]) => {
          const flavour = { versions: Object.fromEntries(versions.map((one) => [one, one])) };
          return publishImages(stream, { flavours: { 'ga-24.04': flavour, ...(withHwe && { 'hwe-24.04': flavour }) } });
        };
        for (const step of offers) {
          await offer(step);
          await site.advance(step.minutes);
          if (step.imports) await site.importNow();
        }
        // Where both versions are complete, the first sync deletes the older set, and the next one makes it again.
        await site.advance(260);

        const { versions = [], withHwe } = offers.at(-1) ?? {};
        const newest = versions.toSorted().at(-1);
        expect(site.deploy(ga)).toMatchObject({ version: newest });
        if (withHwe) expect(site.deploy(hwe)).toMatchObject({ version: newest, roots: { size: 1 } });
        expect(site.outages().filter(({ machine }) => machine.kernel === 'ga-24.04')).toEqual([]);
        expect(site.isBusy || site.faults.length > 0).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});
