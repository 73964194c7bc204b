import { describe, expect, it } from 'vitest';
import {
  catalogueWord,
  kernelRelease,
  line,
  packageName,
  packageVersion,
  serial,
  sha256,
} from '../../../lib/job/handed-on/foreign-words';

/** Shapes with what they take, and what they refuse: each wrong in one place only. */
const shapes = [
  {
    ...{ name: 'a sha256', shape: sha256 },
    taken: ['0123456789abcdef'.repeat(4)],
    refused: ['', 'a'.repeat(63), 'a'.repeat(65), 'A'.repeat(64), 'g'.repeat(64), ` ${'a'.repeat(64)}`],
  },
  {
    ...{ name: 'a serial', shape: serial },
    taken: ['20261120', '20261120.1', '20261120.123456'],
    refused: [
      '2026112',
      '202611200',
      'a20261120',
      '20261120x',
      '20261120.',
      '20261120.1234567',
      '20261120.a',
      '20261120-1',
    ],
  },
  {
    ...{ name: 'must be a package name', shape: packageName },
    taken: ['linux-image-6.8.0-50-generic', 'libstdc++6', '7zip', 'x', 'a'.repeat(200)],
    refused: ['', '-x', '+x', 'Linux', 'linuX', 'a b', 'a/b', 'linux-image\n', 'a'.repeat(201)],
  },
  {
    ...{ name: 'must be a package version', shape: packageVersion },
    taken: ['1:6.8.0-50.51~22.04+ppa1', '0', 'v1', 'Z9', '1'.repeat(200)],
    refused: ['', '-1', '~1', '1 2', '1/2', '1_2', '1\n', '1'.repeat(201)],
  },
  {
    ...{ name: 'the release of a kernel', shape: kernelRelease },
    taken: ['6.8.0-50-generic', '6', '6.1.0-1_x~rc1+deb', '6'.repeat(100)],
    refused: ['', 'generic', '-6', '6 8', '6/8', '6.8.0\n', '6'.repeat(101)],
  },
  {
    ...{ name: 'a word of the catalogue', shape: catalogueWord },
    taken: ['noble', 'grub2-signed', '22.04', 'a'.repeat(64)],
    refused: ['', '.', '../x', '-noble', 'Noble', 'noBle', 'no_ble', 'noble\n', 'a'.repeat(65)],
  },
  {
    ...{ name: 'one line', shape: line(20) },
    taken: ['', 'http://a.example/ü', 'x'.repeat(20)],
    refused: ['two\nlines', 'a\u001b[2J', 'left\u202eright', 'a\u2028b', 'a\u2029b', '\ud800', 'x'.repeat(21)],
  },
];

describe('what a build says of itself', () => {
  it.each(shapes)('may be $name', ({ shape, taken }) => {
    expect(taken.filter((text) => !shape.safeParse(text).success)).toEqual([]);
  });

  it.each(shapes)('refuses what is not quite $name', ({ shape, refused }) => {
    expect(refused.filter((text) => shape.safeParse(text).success)).toEqual([]);
  });
});
