import { describe, expect, it } from 'vitest';
import { checkState } from '../../../lib/operations/verify/check-state';
import { sha256Of } from '../../../lib/sha256';
import type { Index } from '../../../lib/simplestreams/types';

const pathOf = (text: string) => `streams/v1/${sha256Of(text)}.json`;

function checked(state: unknown, text?: string) {
  const read = async (key: string) =>
    key === `candidate/${state}` && text !== undefined ? Buffer.from(text) : undefined;
  return checkState(read, 'candidate', { state } as unknown as Index);
}

describe('the state that an index names', () => {
  it.each([undefined, 'state.json', { of: 'later' }])('is not looked at where it is named %j', async (state) => {
    expect(await checked(state)).toEqual([]);
  });

  it('is right where it is what its name says, and an object', async () => {
    expect(await checked(pathOf('{}'), '{}')).toEqual([]);
  });

  it('is missing', async () => {
    const state = pathOf('{}');
    expect(await checked(state)).toEqual([
      {
        object: `candidate/${state}`,
        rule: 'missing',
        message: 'missing: the index lists it; nothing can be published without it',
      },
    ]);
  });

  it('has other bytes than its name says, or is no object', async () => {
    const state = pathOf('{}');
    expect(await checked(state, '{"a":1}')).toMatchObject([{ object: `candidate/${state}`, rule: 'name' }]);
    const list = pathOf('[]');
    expect(await checked(list, '[]')).toEqual([
      {
        object: `candidate/${list}`,
        rule: 'format',
        message: `candidate/${list} is not a valid view state: expected a JSON object`,
      },
    ]);
  });
});
