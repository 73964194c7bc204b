import { expect, it } from 'vitest';
import { jsonUnlessCut } from '../../../lib/cloud/follow/cut-json';

it.each<[string | undefined | null, unknown]>([
  ['{"a":1}', { a: 1 }],
  ['null', null],
  ['"words"', 'words'],
  ['{"a":', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('%j says %j as JSON', (text, value) => {
  expect(jsonUnlessCut(text)).toEqual(value);
});
