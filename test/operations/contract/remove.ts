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

    it('refuses what the hourly promotion would bring back, and changes nothing', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ does: 'view-set', name: 'stable', promote: { from: 'candidate', require: [] } });
      const written = bench.writes.length;
      await expect(bench.operate(removal)).rejects.toMatchObject({
        name: 'BadInput',
        message: 'stable is filled from candidate, and would get the version back',
        misuse: true,
      });
      expect(bench.writes).toHaveLength(written);
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
