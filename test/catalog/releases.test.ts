import { expect, test } from 'vitest';
import { isLts, releaseOf, releases } from '../../lib/catalog/releases';
import { refusalOf } from './refusal-of';

/** facts/maas-products.md section 7, and Debian. */
const table = [
  ['xenial', '16.04', '16.04 LTS', 'Xenial Xerus', '2016-04-21', '2021-04-30', '2026-04-23'],
  ['bionic', '18.04', '18.04 LTS', 'Bionic Beaver', '2018-04-26', '2023-05-31', '2028-04-26'],
  ['focal', '20.04', '20.04 LTS', 'Focal Fossa', '2020-04-23', '2025-05-29', '2030-04-23'],
  ['groovy', '20.10', '20.10', 'Groovy Gorilla', '2020-10-22', '2021-07-22', '2021-07-22'],
  ['hirsute', '21.04', '21.04', 'Hirsute Hippo', '2021-04-22', '2022-01-20', '2022-01-20'],
  ['impish', '21.10', '21.10', 'Impish Indri', '2021-10-14', '2022-07-14', '2022-07-14'],
  ['jammy', '22.04', '22.04 LTS', 'Jammy Jellyfish', '2022-04-21', '2027-06-01', '2032-04-21'],
  ['kinetic', '22.10', '22.10', 'Kinetic Kudu', '2022-10-20', '2023-07-20', '2023-07-20'],
  ['lunar', '23.04', '23.04', 'Lunar Lobster', '2023-04-20', '2024-01-25', '2024-01-25'],
  ['mantic', '23.10', '23.10', 'Mantic Minotaur', '2023-10-12', '2024-07-11', '2024-07-11'],
  ['noble', '24.04', '24.04 LTS', 'Noble Numbat', '2024-04-25', '2029-05-31', '2034-04-25'],
  ['oracular', '24.10', '24.10', 'Oracular Oriole', '2024-10-10', '2025-07-10', '2025-07-10'],
  ['plucky', '25.04', '25.04', 'Plucky Puffin', '2025-04-17', '2026-01-15', '2026-01-15'],
  ['questing', '25.10', '25.10', 'Questing Quokka', '2025-10-09', '2026-07-09', '2026-07-09'],
  ['resolute', '26.04', '26.04 LTS', 'Resolute Raccoon', '2026-04-23', '2031-05-29', '2036-04-23'],
  ['stonking', '26.10', '26.10', 'Stonking Stingray', '2026-10-15', '2027-07-15', '2027-07-15'],
  ['bookworm', '12', '12', 'bookworm', '2023-06-10', '2026-07-11', '2028-06-30'],
];

test('every release has the title, name and dates that its distribution gives it', () => {
  expect(
    releases.map(({ name, version, title, codename, released, supportEol, supportEsmEol }) => [
      name,
      version,
      title,
      codename,
      released,
      supportEol,
      supportEsmEol,
    ]),
  ).toEqual(table);
});

test('bookworm alone is of the Debian family', () => {
  expect(releases.filter(({ family }) => family === 'debian').map(({ name }) => name)).toEqual(['bookworm']);
  expect(releases.filter(({ os, family }) => os !== family)).toEqual([]);
});

test('dracut makes the initrds from 26.04 on, and of no release before it', () => {
  expect(releases.filter(({ initramfs }) => initramfs === 'dracut').map(({ name }) => name)).toEqual([
    'resolute',
    'stonking',
  ]);
});

test('the releases that Ubuntu calls LTS are LTS', () => {
  expect(releases.filter(isLts).map(({ name }) => name)).toEqual([
    'xenial',
    'bionic',
    'focal',
    'jammy',
    'noble',
    'resolute',
  ]);
});

test.each(['trusty', '24.04', 'Noble', '', 'constructor'])('refuses the release %j and lists what exists', (name) => {
  const refused = refusalOf(() => releaseOf(name));
  expect(refused).toMatchObject({ name: 'UnknownRelease', misuse: true });
  expect(refused.message).toBe(
    `unknown release ${JSON.stringify(name)}; known releases: xenial, bionic, focal, groovy, hirsute, impish, jammy, kinetic, ` +
      'lunar, mantic, noble, oracular, plucky, questing, resolute, stonking, bookworm',
  );
});
