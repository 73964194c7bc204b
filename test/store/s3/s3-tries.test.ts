import { expect, it } from 'vitest';
import { cutShort } from '../../../lib/store/s3/s3-failure';
import { Tries, trying } from '../../../lib/store/s3/s3-tries';

const passing = cutShort(1, 2);
const lasting = Object.assign(new Error('no'), { $metadata: { httpStatusCode: 403 } });

/** How often something was tried that fails with this always; with waits of nothing. */
async function timesOf(error: Error, waits: readonly number[]): Promise<number> {
  let times = 0;
  await trying(
    async () => {
      times += 1;
      throw error;
    },
    { waits },
  ).catch((last) => expect(last).toBe(error));
  return times;
}

it('is tried once more than there are waits, and once only where trying does not help', async () => {
  expect(await timesOf(passing, [0, 0])).toBe(3);
  expect(await timesOf(passing, [])).toBe(1);
  expect(await timesOf(lasting, [0, 0])).toBe(1);
});

it('says whether an earlier try may have been done, and has all waits again after progress', async () => {
  const tries = new Tries({ waits: [0, 0] });
  expect(tries.areSeveral).toBe(false);
  await tries.waitAfter(passing);
  expect(tries.areSeveral).toBe(true);
  await tries.waitAfter(passing);
  tries.progressed();
  expect(tries.areSeveral).toBe(false);
  await tries.waitAfter(passing);
  await tries.waitAfter(passing);
  await expect(tries.waitAfter(passing)).rejects.toBe(passing);
});

it('waits that part of each wait which the jitter says', async () => {
  const began = performance.now();
  await new Tries({ waits: [3_600_000], jitter: () => 0 }).waitAfter(passing);
  await new Tries({ waits: [100], jitter: () => 0.5 }).waitAfter(passing);

  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
});

it('gives the result of the try that succeeds, which knows that it is not the first', async () => {
  const seen: boolean[] = [];
  const result = await trying(
    async ({ areSeveral }) => {
      seen.push(areSeveral);
      if (seen.length < 3) throw passing;
      return 'done';
    },
    { waits: [0, 0, 0] },
  );

  expect([result, seen]).toEqual(['done', [false, true, true]]);
});
