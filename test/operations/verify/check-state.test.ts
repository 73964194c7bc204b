import { describe, expect, it } from 'vitest';
import { checkState } from '../../../lib/operations/verify/check-state';
import { emptyState } from '../../../lib/publication/state/state-document';
import { sha256Of } from '../../../lib/sha256';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Index } from '../../../lib/simplestreams/types';

const empty = writeJson(emptyState('candidate'));
const pathOf = (text: string) => `streams/v1/${sha256Of(text)}.json`;

const ways =
  'nothing can be published without it; restore it, or go on without it: maas-mirror repair candidate --forget-lost';

async function checked(state: unknown, text?: string) {
  const read = async (key: string) =>
    key === `candidate/${state}` && text !== undefined ? Buffer.from(text) : undefined;
  return (await checkState(read, 'candidate', { state } as unknown as Index)).problems;
}

describe('the state that an index names', () => {
  it.each([undefined, 'state.json', { of: 'later' }])('is not looked at where it is named %j', async (state) => {
    expect(await checked(state)).toEqual([]);
  });

  it('is right where it is what its name says, and a state of this view', async () => {
    expect(await checked(pathOf(empty), empty)).toEqual([]);
  });

  it('is missing', async () => {
    const state = pathOf('{}');
    expect(await checked(state)).toEqual([
      {
        object: `candidate/${state}`,
        rule: 'missing',
        message: `missing: the index leads to it; ${ways}`,
      },
    ]);
  });

  it('has other bytes than its name says, or is no object', async () => {
    const state = pathOf('{}');
    expect(await checked(state, '{"a":1}')).toMatchObject([
      {
        object: `candidate/${state}`,
        rule: 'name',
        message: expect.stringMatching(new RegExp(`in its name; ${ways}$`)),
      },
    ]);
    const list = pathOf('[]');
    expect(await checked(list, '[]')).toEqual([
      {
        object: `candidate/${list}`,
        rule: 'format',
        message: `candidate/${list} is not a valid view state: expected a JSON object with format view-state:1`,
      },
    ]);
    const other = writeJson(emptyState('stable'));
    expect(await checked(pathOf(other), other)).toMatchObject([
      { rule: 'format', object: `candidate/${pathOf(other)}` },
    ]);
  });

  it.each(['shelf', 'ledger', 'history'])('names a %s, which is missing', async (part) => {
    const path = pathOf(part);
    const state = writeJson({ ...emptyState('candidate'), [part]: part === 'history' ? { path, entries: 1 } : path });
    expect(await checked(pathOf(state), state)).toMatchObject([
      { object: `candidate/${path}`, rule: 'missing', message: expect.stringContaining(ways) },
    ]);
  });
});
