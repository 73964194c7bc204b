import { expect, it } from 'vitest';
import { many } from '../../../bin/terminal/many';
import { counted, megabytes } from '../../../bin/terminal/sizes';
import { table } from '../../../bin/terminal/table';

interface Row {
  readonly name: string;
  readonly size: string;
}

const columns = [
  { heading: 'SIZE', cell: ({ size }: Row) => size, isSize: true },
  { heading: 'NAME', cell: ({ name }: Row) => name },
  { heading: 'LAST', cell: ({ name }: Row) => name.slice(0, 1) },
];

it('sets words to the left and sizes to the right, with a dash for what is not known, and no blanks at the end', () => {
  expect(
    table(columns, [
      { name: 'noble', size: '1.0 MB' },
      { name: '', size: '' },
    ]),
  ).toEqual(['  SIZE  NAME   LAST', '1.0 MB  noble  n', '     -  -      -']);
});

it('is its heading alone where there is nothing', () => {
  expect(table(columns, [])).toEqual(['SIZE  NAME  LAST']);
});

it('counts a million bytes for a megabyte, and one thing without an s', () => {
  expect([0, 49_999, 50_000, 212_345_678].map(megabytes)).toEqual(['0.0 MB', '0.0 MB', '0.1 MB', '212.3 MB']);
  expect([0, 1, 2].map((count) => counted(count, 'view'))).toEqual(['0 views', '1 view', '2 views']);
});

it('takes an option that is repeated, and commas in it', () => {
  expect(many('a')).toEqual(['a']);
  expect(many('b,c', many('a'))).toEqual(['a', 'b', 'c']);
});
