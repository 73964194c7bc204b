import { describe, expect, it } from 'vitest';
import { distroInfoReleases } from '../../../lib/job/releases/distro-info';

/** As distro-info-data 0.58 of Debian 12 has it, with two series to come. */
const csv = `version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy
4.10,Warty Warthog,warty,2004-03-05,2004-10-20,2006-04-30
6.06 LTS,Dapper Drake,dapper,2005-10-12,2006-06-01,2009-07-14,2011-06-01
24.04 LTS,Noble Numbat,noble,2023-10-12,2024-04-25,2029-05-31,2029-05-31,2034-04-25,2036-04-29
27.04,Zany Zebra,zany,2026-10-15,2027-04-22,2028-01-20
28.04 LTS,Lucky Lynx,lucky,2027-10-14,2028-04-20,2033-05-31,2033-05-31,2038-04-20
`;

describe('distro-info-data', () => {
  it('gives what can be described, extended support where there is such', () => {
    expect(distroInfoReleases(csv)).toEqual([
      expect.objectContaining({ name: 'noble' }),
      {
        name: 'zany',
        facts: {
          version: '27.04',
          title: '27.04',
          codename: 'Zany Zebra',
          released: '2027-04-22',
          supportEol: '2028-01-20',
        },
      },
      { name: 'lucky', facts: expect.objectContaining({ title: '28.04 LTS', supportEsmEol: '2038-04-20' }) },
    ]);
    expect(distroInfoReleases(csv.replaceAll('\n', '\r\n')).map(({ name }) => name)).toEqual([
      'noble',
      'zany',
      'lucky',
    ]);
  });

  it('gives the one that is wanted, by series or version, and nothing of others', () => {
    for (const word of ['zany', '27.04'])
      expect(distroInfoReleases(csv, word).map(({ name }) => name)).toEqual(['zany']);
    for (const word of ['yonder', 'dapper', '4.10']) expect(distroInfoReleases(csv, word)).toEqual([]);
    expect(distroInfoReleases('', 'zany')).toEqual([]);
  });

  it.each([
    ['a version', csv.replace('27.04,', '27.4,'), 'zany'],
    ['a day', csv.replace('2028-01-20', '2028-01-32'), 'zany'],
    ['a name', csv.replace('Zany Zebra', 'Zany\u001b[31m'), 'zany'],
    ['the end of support before the release', csv.replace('2028-01-20', '2027-01-20'), 'zany'],
    ['another release’s version', csv.replace('27.04,', '26.04,'), 'zany'],
  ])('is refused where the release that is wanted has %s that is odd, and left out where none is', (_, odd, wanted) => {
    expect(() => distroInfoReleases(odd, wanted)).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: expect.stringContaining(`has invalid data for ${wanted}`),
      }),
    );
    expect(distroInfoReleases(odd).map(({ name }) => name)).toEqual(['noble', 'lucky']);
  });
});
