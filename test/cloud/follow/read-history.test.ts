import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { readHistory } from '../../../lib/cloud/follow/read-history';
import { type FakeAws, Fault, fakeAws } from '../../fixtures/aws/fake-aws';

/** An execution of so many events, which AWS gives out from the newest backwards, 50 to a page. */
async function executionOf(events: number): Promise<FakeAws> {
  return fakeAws({
    GetExecutionHistory: ({ nextToken = String(events), maxResults }) => {
      const newest = Number(nextToken);
      const ids = Array.from({ length: Math.min(newest, Number(maxResults)) }, (_, at) => newest - at);
      const next = newest - ids.length;
      const page = ids.map((id) => ({
        id,
        previousEventId: id - 1,
        timestamp: 1_764_000_000,
        type: 'TaskStateEntered',
      }));
      return { events: page, ...(next > 0 && { nextToken: String(next) }) };
    },
  });
}

describe('the history of an execution', () => {
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [50, 0, 1],
    [51, 0, 2],
    [175, 0, 4],
    [175, 175, 1],
    [175, 174, 1],
    [175, 126, 1], // all that is new is on the newest page
    [175, 125, 1], // the oldest that is new is the last of the page
    [175, 124, 2],
    [175, 26, 3],
    [175, 24, 4],
  ])('of %i events, %i of which are known, is read whole, in %i pages', async (events, known, pages) => {
    const aws = await executionOf(events);

    const read = await readHistory(new SFNClient(), 'arn', known);

    expect(read.map(({ id }) => id)).toEqual(Array.from({ length: events - known }, (_, at) => known + 1 + at));
    expect(aws.requests).toHaveLength(pages);
  });

  it('is asked for from its end, with what states got and gave', async () => {
    const aws = await executionOf(51);
    await readHistory(new SFNClient(), 'arn', 0);

    const asked = { executionArn: 'arn', reverseOrder: true, includeExecutionData: true, maxResults: 50 };
    expect(aws.requests.map(({ input }) => input)).toEqual([asked, { ...asked, nextToken: '1' }]);
  });

  it('may be on a page that is empty', async () => {
    await fakeAws({ GetExecutionHistory: ({ nextToken }) => (nextToken === undefined ? { nextToken: 'x' } : {}) });

    expect(await readHistory(new SFNClient(), 'arn', 0)).toEqual([]);
  });

  it('refuses to be read where it is not there', async () => {
    await fakeAws({ GetExecutionHistory: () => new Fault('ExecutionDoesNotExist', 'none') });

    await expect(readHistory(new SFNClient(), 'arn', 0)).rejects.toMatchObject({
      message: 'cannot show the history of the execution: the request to AWS failed: ExecutionDoesNotExist: none',
    });
  });
});
