import { expect, it } from 'vitest';
import { faultOf } from './request';

const usual = { count: '300', slow: '10', budget: '20' };

it('tries the rooms that were asked for', () => {
  expect(faultOf(usual, ['store', 'bin'])).toBeUndefined();
  expect(faultOf({ ...usual, room: ['bin', 'store'] }, ['store', 'bin'])).toBeUndefined();
});

it('refuses a room that does not exist and names those that do', () => {
  expect(faultOf({ ...usual, room: ['store', 'shop'] }, ['store', 'bin'])).toBe('--room shop: not a room (store, bin)');
});

it.each(['count', 'slow', 'budget'])('refuses a --%s that is not a whole number of 1 or more', (name) => {
  for (const wrong of ['0', '-1', '1.5', 'x', '']) {
    expect(faultOf({ ...usual, [name]: wrong }, [])).toBe(`--${name} ${wrong}: not a whole number of 1 or more`);
  }
});
