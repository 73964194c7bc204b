import { describe, expect, it } from 'vitest';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { everyOperation } from './every-operation';
import type { OperationBench } from './operation-bench';
import { promotion } from './promote';

type Request = Extract<OperationRequest, { does: 'attest' }>;

const version = '20261120.083000';
const attestation: Request = {
  ...{ does: 'attest', view: 'candidate', release: 'noble', version, architectures: [], flavours: [] },
  ...{ check: 'hw-lab', passed: true, link: 'https://lab/412' },
};

export function attestContract(make: () => Promise<OperationBench>): void {
  const prepare = (bench: OperationBench) => bench.publish(version, { flavours: { 'ga-24.04': 'r1 g1' } });
  const resultsIn = async (bench: OperationBench) => {
    const rows = Object.values((await bench.contentOf('candidate')).ledger.products);
    return rows.flatMap(({ attested }) => Object.values(attested).flat());
  };

  everyOperation(make, {
    ...{ request: attestation, view: 'candidate', prepare },
    interfere: (bench) => bench.operate({ ...attestation, link: 'https://lab/412' }),
    entry: {
      ...{ changes: [], decisions: ['attested hw-lab: passed'] },
      decided: [
        {
          ...{ decision: 'attested hw-lab: passed', release: 'noble', version, link: 'https://lab/412' },
          ...{ architectures: ['amd64'], flavours: ['ga-24.04'] },
        },
      ],
    },
  });

  describe('attest', () => {
    it('keeps the latest result with the version, and moves nothing', async () => {
      const bench = await make();
      await prepare(bench);
      const before = (await bench.contentOf('candidate')).documents;
      await bench.operate(attestation);
      await bench.operate({ ...attestation, passed: false });
      expect(await resultsIn(bench)).toEqual([
        {
          ...{ check: 'hw-lab', passed: false, at: '2026-11-20T08:30:00Z', by: 'anna@ops1', link: 'https://lab/412' },
          ...{ view: 'candidate', version },
        },
      ]);
      expect((await bench.contentOf('candidate')).documents).toEqual(before);
    });

    it('blocks a promotion by a failed result, until the check has passed', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate({ ...attestation, passed: false });
      await expect(bench.operate(promotion)).rejects.toMatchObject({
        name: 'NotAttested',
        message: `noble ${version} failed hw-lab (https://lab/412)`,
        hint: 'promote an older version with --after, or attest it again once the cause is fixed',
      });
      await bench.operate(attestation);
      await bench.operate(promotion);
      expect(await bench.newestOf('stable')).toEqual([`ga-24.04 ${version} r1 g1`]);
    });

    it('stays with the content when it gets another name', async () => {
      const bench = await make();
      await prepare(bench);
      await bench.operate(attestation);
      await bench.publish('20261121.083000', { flavours: { 'ga-24.04': 'r1 g1' } });
      await bench.operate({ ...promotion, require: ['hw-lab'] });
      expect(await bench.newestOf('stable')).toEqual(['ga-24.04 20261121.083000 r1 g1']);
    });

    it.each([
      ['a version that is not there', { version: '20261119.083000' }, { name: 'NoSuchVersion', misuse: true }],
      ['a view that is not there', { view: 'lab' }, { name: 'NoSuchView', misuse: true }],
    ])('refuses %s, and changes nothing', async (_, request, error) => {
      const bench = await make();
      await prepare(bench);
      const written = bench.writes.length;
      await expect(bench.operate({ ...attestation, ...request })).rejects.toMatchObject(error);
      expect(bench.writes).toHaveLength(written);
    });
  });
}
