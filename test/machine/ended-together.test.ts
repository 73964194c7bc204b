import { expect, it } from 'vitest';
import { endedTogether } from '../../lib/machine/ended-together';

function scopes() {
  const ended: string[] = [];
  const scope = (name: string) => ({ name, [Symbol.asyncDispose]: async () => void ended.push(name) });
  return { ended, scope };
}

it('ends with its result what was opened for it, the last first and each once', async () => {
  const { ended, scope } = scopes();
  const result = await endedTogether(async (opened) => {
    expect(opened.use(scope('first')).name).toBe('first');
    opened.use(scope('second'));
    return { made: 'something' };
  });
  expect([result.made, ended]).toEqual(['something', []]);

  await result[Symbol.asyncDispose]();
  await result[Symbol.asyncDispose]();
  expect(ended).toEqual(['second', 'first']);
});

it('ends what was opened where the work fails, and fails as that did', async () => {
  const { ended, scope } = scopes();
  const failure = new Error('broken');
  const working = endedTogether(async (opened) => {
    opened.use(scope('first'));
    opened.use(scope('second'));
    throw failure;
  });
  await expect(working).rejects.toBe(failure);
  expect(ended).toEqual(['second', 'first']);
});
