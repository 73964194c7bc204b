import { expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { badFormat, missing, type Problem, violated } from '../../../lib/operations/verify/problem';

const before: Problem = { object: 'a', rule: 'signature', message: 'before' };
const throwing = (error: unknown) => () => {
  throw error;
};

it('a problem names its object, its rule and what is wrong', () => {
  expect(missing('a', 'it is needed')).toEqual({
    ...{ object: 'a', rule: 'missing', message: 'missing: it is needed' },
  });
  expect(violated('a')({ rule: 'label-unsafe', where: 'here', message: 'no' } as never)).toEqual({
    ...{ object: 'a', rule: 'label-unsafe', message: 'here: no' },
  });
});

it('what can be read has no problem more', () => {
  expect(badFormat('a', [before], () => 'text')).toBe('text');
});

it('what is of another format is a problem after those before', () => {
  expect(badFormat('a', [before], throwing(new MirrorError('BadFormat', 'cut')))).toEqual({
    problems: [before, { object: 'a', rule: 'format', message: 'cut' }],
  });
});

it.each([
  ['another error of ours', new MirrorError('BadInput', 'cut')],
  ['an error of this name', Object.assign(new Error('cut'), { name: 'BadFormat' })],
])('refuses to take %s for a format', (_, error) => {
  expect(() => badFormat('a', [], throwing(error))).toThrow(error);
});
