import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import type { models } from '../../maas-model/sites';
import { everyOperation } from './every-operation';
import { expectFollowed } from './followed-by';
import type { OperationBench } from './operation-bench';
import { promotion } from './promote';

type Request = Extract<OperationRequest, { does: 'remove' }>;

const [one, two, three] = ['20261118.083000', '20261119.083000', '20261120.083000'];
const removal: Request = {
  ...{ does: 'remove', view: 'stable', release: 'noble', version: two, architectures: [], flavours: [] },
};
const flavoursOf = (number: number) => ({
  flavours: { 'ga-24.04': `r${number} g${number}`, 'hwe-24.04': `r${number} h${number}` },
});

export function removeContract(make: () => Promise<OperationBench>, sites: typeof models): void {
  const first = async (bench: OperationBench) => {
    await bench.publish(one, flavoursOf(1));
    await bench.operate(promotion);
  };
  const second = async (bench: OperationBench) => {
    await bench.publish(two, flavoursOf(2));
    await bench.operate(promotion);
  };
  const prepare = async (bench: OperationBench) => {
    await first(bench);
    await second(bench);
  };

  everyOperation(make, {
    ...{ request: removal, view: 'stable', prepare },
    interfere: async (bench) => {
      await bench.publish(three, flavoursOf(3));
      await bench.operate(promotion);
    },
    entry: {
      changes: [
        {
          products: ['ubuntu/noble/amd64/ga-24.04/generic', 'ubuntu/noble/amd64/hwe-24.04/generic'],
          ...{ added: [], removed: [two], held: [], released: [] },
        },
      ],
    },
  });

  describe('remove', () => {
    it('takes the version out, and never gives its name to anything else', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(removal);
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${one} r1 g1`, `hwe-24.04 ${one} r1 h1`]);
      await expect(bench.publish(two, flavoursOf(3), 'stable')).rejects.toMatchObject({
        name: 'ContractBroken',
        message: expect.stringContaining('[name-reused]'),
      });
    });

    it('says what a MAAS replaces', async () => {
      const bench = await make();
      await prepare(bench);
      const { remarks } = await bench.operate(removal);
      expect(remarks.map(({ about, release }) => `${about} ${release}`)).toContain('replaced noble');
    });

    it.each(sites)('is followed by %s, which always has something to deploy', async (name, model) => {
      const golden = `remove-${name.replaceAll(' ', '-')}.txt`;
      const operate = (bench: OperationBench) => bench.operate(removal);
      await expectFollowed(
        await make(),
        model,
        { prepare: first, publish: second, operate },
        { golden, images: 'g1/r1 h1/r1' },
      );
    });

    const before = [`ga-24.04 ${one} r1 g1`, `hwe-24.04 ${one} r1 h1`];

    it('is of this view only: its source goes on offering the version, and what was promoted from it, too', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ ...promotion, from: 'stable', to: 'site' });
      await bench.operate(removal);
      const after = [`ga-24.04 ${two} r2 g2`, `hwe-24.04 ${two} r2 h2`];
      expect([await bench.newestOf('candidate'), await bench.newestOf('site')]).toEqual([after, after]);
    });

    it.each([
      'by hand',
      'by schedule',
    ])('is not undone by a promotion %s, which says what it passes over', async (how) => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ does: 'view-set', name: 'stable', promote: { from: 'candidate', require: [] } });
      await bench.operate(removal);
      const { views } = await bench.operate({ ...promotion, ...(how === 'by schedule' && { after: '0m' }) });
      const why = 'removed from stable (name the release to promote it again)';
      expect(views[0]?.lines.map(({ does, version, why: said }) => [does, version, said])).toEqual(
        Array(2).fill(['pass over', two, why]),
      );
      expect(await bench.newestOf('stable')).toEqual(before);
      await bench.publish(three, flavoursOf(3));
      await bench.operate(promotion);
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${three} r3 g3`, `hwe-24.04 ${three} r3 h3`]);
    });

    it('is not undone either if its content has another name in the source by then', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(removal);
      await bench.publish(three, flavoursOf(2));
      await bench.operate(promotion);
      expect(await bench.newestOf('stable')).toEqual(before);
    });

    it('is undone by a promotion that names the release, under a name that the view never had', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(removal);
      await bench.operate({ ...promotion, release: 'noble' });
      const again = '20261119.083001';
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${again} r2 g2`, `hwe-24.04 ${again} r2 h2`]);
      await bench.operate(promotion);
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${again} r2 g2`, `hwe-24.04 ${again} r2 h2`]);
      const { ledger } = await bench.contentOf('stable');
      expect(Object.values(ledger.products).flatMap(({ removed = [] }) => removed)).toEqual([]);
      await expect(bench.publish(two, flavoursOf(3), 'stable')).rejects.toMatchObject({
        message: expect.stringContaining('[name-reused]'),
      });
    });

    it('of a flavour that has no other version is not undone either', async () => {
      const bench = await make();
      await first(bench);
      await bench.operate({ ...removal, version: one, flavours: ['hwe'] });
      const { views } = await bench.operate(promotion);
      expect(views[0]?.lines.map(({ does }) => does)).toEqual(['leave out']);
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${one} r1 g1`]);
    });

    it('refuses to leave nothing, and changes nothing', async () => {
      const bench = await make();
      await first(bench);
      const written = bench.writes.length;
      await expect(bench.operate({ ...removal, version: one })).rejects.toMatchObject({
        name: 'ContractBroken',
        message: 'stable would be empty: MAAS rejects a source without products',
        hint: 'to end the view: maas-mirror view delete stable',
      });
      expect(bench.writes).toHaveLength(written);
    });

    it('refuses to leave one flavour with another root than its sisters', async () => {
      const bench = await make();
      await prepare(bench);
      const written = bench.writes.length;
      await expect(bench.operate({ ...removal, flavours: ['ga'] })).rejects.toMatchObject({
        name: 'ContractBroken',
        message: expect.stringMatching(/^stable would offer .+ with another root image than /),
      });
      expect(bench.writes).toHaveLength(written);
    });
  });
}
