import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { Products } from '../../../lib/simplestreams/types';
import type { models } from '../../maas-model/sites';
import { everyOperation } from './every-operation';
import { expectFollowed } from './followed-by';
import type { OperationBench } from './operation-bench';

type Request = Extract<OperationRequest, { does: 'promote' }>;

const [one, two, three] = ['20261118.083000', '20261119.083000', '20261120.083000'];
export const promotion: Request = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', require: [], architectures: [], flavours: [] },
};
const flavoursOf = (number: number) => ({
  flavours: { 'ga-24.04': `r${number} g${number}`, 'hwe-24.04': `r${number} h${number}` },
});
const offered = (number: number, name = '') => [
  `ga-24.04 ${name} r${number} g${number}`,
  `hwe-24.04 ${name} r${number} h${number}`,
];
const hold: Extract<OperationRequest, { does: 'hold' }> = {
  does: 'hold',
  view: 'stable',
  release: 'noble',
  architectures: [],
  flavours: [],
};

export function promoteContract(make: () => Promise<OperationBench>, sites: typeof models): void {
  const prepare = async (bench: OperationBench) => {
    await bench.publish(one, { ...flavoursOf(1), loader: 'l1' });
    await bench.operate(promotion);
    await bench.publish(two, { ...flavoursOf(2), loader: 'l2' });
  };

  everyOperation(make, {
    ...{ request: promotion, view: 'stable', prepare },
    interfere: (bench) => bench.publish(three, flavoursOf(3)),
    entry: {
      from: 'candidate',
      changes: [
        {
          products: [
            'pxelinux/pxe/i386',
            'ubuntu/noble/amd64/ga-24.04/generic',
            'ubuntu/noble/amd64/hwe-24.04/generic',
          ],
          ...{ added: [two], removed: [], held: [], released: [] },
        },
      ],
    },
  });

  describe('promote', () => {
    it('offers the very files that were tested, and copies none', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(promotion);
      expect(await bench.newestOf('stable')).toEqual([...offered(2, two), `pxe ${two} l2`]);
      const [images] = (await bench.contentOf('stable')).documents.values();
      const [tested] = (await bench.contentOf('candidate')).documents.values();
      const items = (document: Products | undefined) =>
        Object.values(document?.products ?? {}).map(({ versions }) => versions[two]?.items);
      expect(items(images)).toEqual(items(tested));
      expect(bench.writes.filter((key) => key.includes(' pool/'))).toEqual([]);
    });

    it('asked again does nothing', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(promotion);
      const before = bench.writes.length;
      expect((await bench.operate(promotion)).views).toEqual([{ view: 'stable', lines: [], moved: false }]);
      expect(bench.writes).toHaveLength(before);
    });

    it('is undone by the command that it ends with', async () => {
      const bench = await make();
      await prepare(bench);
      const { remarks } = await bench.operate({ ...promotion, release: 'noble' });
      expect(remarks.find(({ about }) => about === 'undo')?.commands).toEqual([
        `maas-mirror hold stable noble --at ${one}`,
      ]);
      await bench.operate({ ...hold, at: one });
      expect(await bench.newestOf('stable')).toEqual([...offered(1, one), `pxe ${one} l1`]);
    });

    /** Three versions, the last of them four days after the others. */
    const threeVersions = async (third: ReturnType<typeof flavoursOf>) => {
      const bench = await make();
      bench.turnClockTo('2026-11-21T08:00:00Z');
      await prepare(bench);
      bench.turnClockTo('2026-11-25T08:00:00Z');
      await bench.publish(three, third);
      return bench;
    };
    /** Promotes what has been published for three days; the loader stays. */
    const expectAfterThreeDays = async (bench: OperationBench, images: string[]) => {
      await bench.operate({ ...promotion, after: '3d', release: 'noble' });
      expect(await bench.newestOf('stable')).toEqual([...images, `pxe ${one} l1`]);
    };

    it('with --after passes over younger versions, from the time when they were published', async () => {
      const bench = await threeVersions(flavoursOf(3));
      bench.turnClockTo('2026-11-26T08:00:00Z');
      await expectAfterThreeDays(bench, offered(2, two));
      bench.turnClockTo('2026-11-28T08:00:00Z');
      await expectAfterThreeDays(bench, offered(3, three));
    });

    it('with --after counts from the first day of a content, also if it was published again since', async () => {
      await expectAfterThreeDays(await threeVersions(flavoursOf(2)), offered(2, three));
    });

    it('takes along the results of checks', async () => {
      const bench = await make();
      await prepare(bench);
      const check = { view: 'candidate', release: 'noble', version: two, check: 'hw-lab', passed: true } as const;
      await bench.operate({ does: 'attest', ...check, architectures: [], flavours: [] });
      await bench.operate({ ...promotion, require: ['hw-lab'], release: 'noble' });
      const rows = Object.values((await bench.contentOf('stable')).ledger.products);
      const results = rows.flatMap(({ attested }) => Object.values(attested).flat());
      expect(results.map(({ check: name, view, by }) => [name, view, by])).toEqual(
        Array(2).fill(['hw-lab', 'candidate', 'anna@ops1']),
      );
    });

    it.each(sites)('is followed by %s, which always has something to deploy', async (name, model) => {
      const publish = (bench: OperationBench) => bench.operate(promotion);
      const operate = async (bench: OperationBench) => {
        await bench.publish(three, { ...flavoursOf(3), loader: 'l3' });
        await bench.operate(promotion);
      };
      const golden = `promote-${name.replaceAll(' ', '-')}.txt`;
      await expectFollowed(
        await make(),
        model,
        { prepare, publish, operate },
        { golden, images: 'g3/r3 h3/r3', loader: 'l3' },
      );
    });
  });

  describe('refuses to promote', () => {
    const nothing: Partial<Request> = {};
    const withdraw: OperationRequest = {
      ...{ does: 'withdraw', view: 'candidate', release: 'noble', version: two, allViews: false },
      ...{ architectures: [], flavours: [] },
    };
    it.each<[string, Partial<Request>, (bench: OperationBench) => Promise<unknown>, object]>([
      [
        'a version that was not boot-tested',
        nothing,
        (bench) => bench.publish(three, { ...flavoursOf(3), gate: 'waived' }),
        { name: 'NotBooted', message: `noble amd64 ga-24.04 ${three} was not boot-tested (waived)` },
      ],
      [
        'what is withdrawn',
        nothing,
        (bench) => bench.operate(withdraw),
        { name: 'Withdrawn', message: `noble ${two} is withdrawn since 2026-11-20 (tested)` },
      ],
      [
        'into a held release',
        { release: 'noble' },
        (bench) => bench.operate(hold),
        { name: 'Held', message: 'noble has been held in stable since 2026-11-20 (tested)' },
      ],
      [
        'without a check that is required',
        { require: ['hw-lab'], release: 'noble' },
        async () => undefined,
        { name: 'NotAttested', message: `noble ${two} has no result of hw-lab yet` },
      ],
      ['from a view that is not there', { from: 'lab' }, async () => undefined, { name: 'NoSuchView', misuse: true }],
      [
        'into a view that is built',
        { from: 'stable', to: 'candidate' },
        async () => undefined,
        { name: 'BadInput', misuse: true },
      ],
      ['a release that it does not have', { release: 'jammy' }, async () => undefined, { name: 'NoSuchVersion' }],
    ])('%s, and changes nothing', async (_, request, before, error) => {
      const bench = await make();
      await prepare(bench);
      await before(bench);
      const written = bench.writes.length;
      await expect(bench.operate({ ...promotion, ...request })).rejects.toMatchObject(error);
      expect(bench.writes).toHaveLength(written);
    });
  });
}
