import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelsOf } from '../../lib/catalog/kernels';
import { flavourOf, flavourSaid, seriesOf } from '../../lib/catalog/names';
import { parseProductId, productId } from '../../lib/catalog/products';
import { releaseOf, releases } from '../../lib/catalog/releases';

describe('the name of a release', () => {
  it.each([
    ['noble', 'noble'],
    ['24.04', 'noble'],
    ['24.04 LTS', 'noble'],
    ['Noble', 'noble'],
    ['noble numbat', 'noble'],
    ['Debian', 'Debian'],
    ['25.10', 'questing'],
    ['12', 'bookworm'],
    ['zany', 'zany'],
    ['27.04', '27.04'],
  ])('%j means %s', (word, series) => expect(seriesOf(word)).toBe(series));
});

describe('the name of a kernel flavour', () => {
  it.each([
    ['ga-24.04', 'ga'],
    ['ga-24.04-lowlatency', 'ga-lowlatency'],
    ['lowlatency', 'ga-lowlatency'],
    ['generic', 'ga'],
    ['ga-24.04-generic', 'ga'],
    ['hwe-24.04', 'hwe'],
    ['hwe-24.04-edge', 'hwe-edge'],
    ['hwe-edge-24.04', 'hwe-edge'],
    ['hwe-24.04-lowlatency', 'hwe-lowlatency'],
    ['hwe-24.04-lowlatency-edge', 'hwe-lowlatency-edge'],
    ['hwe-edge-24.04-lowlatency', 'hwe-lowlatency-edge'],
    ['hwe-edge', 'hwe-edge'],
    ['linux-generic', 'linux-generic'],
  ])('%s of noble is %s', (word, name) => expect(flavourOf(word, releaseOf('noble'))).toBe(name));

  it.each(['hwe-22.04', 'ga-22.04-lowlatency', 'hwe-edge-27.04'])('%s is none of noble', (word) => {
    expect(flavourOf(word, releaseOf('noble'))).toBeUndefined();
  });

  it.each([
    '',
    '-',
    'edge',
    '-edge',
    'ga-edge',
    'ga-24.04-edge',
    'hwe-edge-24.04-edge',
    '-lowlatency',
    'hwe-',
    '24.04',
    'lowlatency-edge',
    'generic-lpae',
    'hwe-x',
  ])('%j is none that MAAS has', (word) => expect(flavourSaid(word)).toBeUndefined());

  it('of Debian are its own', () => expect(flavourOf('generic', releaseOf('bookworm'))).toBe('generic'));

  it('is read back of everything that is published as a kernel of a release', () => {
    for (const release of releases.filter(({ family }) => family === 'ubuntu')) {
      for (const kernel of kernelsOf(release).filter(({ built }) => built)) {
        const published = parseProductId(productId(kernel, 'stable'))?.kernelPart ?? '';
        const names = [kernel.name, published === 'generic-lpae-generic-lpae' ? kernel.name : published];
        expect(names.map((name) => flavourOf(name, release))).toEqual([kernel.name, kernel.name]);
      }
    }
  });

  it('is read of any text', () => {
    const part = fc.constantFrom('ga', 'hwe', 'edge', 'lowlatency', 'generic', '24.04', '-', 'x');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const said = flavourSaid(parts.join(''));
        if (said) expect(said.name).toMatch(/^(ga(-lowlatency)?|hwe(-lowlatency)?(-edge)?)$/);
      }),
    );
  });
});
