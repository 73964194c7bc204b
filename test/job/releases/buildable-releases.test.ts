import fc from 'fast-check';
import { expect, it } from 'vitest';
import { releases as catalogue } from '../../../lib/catalog/releases';
import { buildableReleases, isNewer, type ToldRelease } from '../../../lib/job/releases/buildable-releases';

const now = new Date('2026-11-29T12:00:00Z');

it('are those of the catalogue where nothing else is told, Ubuntu’s first, by version', () => {
  const { releases, leftOut } = buildableReleases([], now);

  expect(leftOut).toEqual([]);
  expect(releases.map(({ release }) => release).sort()).toEqual(catalogue.map(({ name }) => name).sort());
  const ubuntu = releases.filter(({ os }) => os === 'ubuntu').map(({ version }) => version);
  expect(ubuntu).toEqual([...ubuntu].sort());
  expect(releases.slice(0, ubuntu.length).every(({ os }) => os === 'ubuntu')).toBe(true);
});

it('are told of by several, of whom the later counts and is named first', () => {
  const told: ToldRelease[] = [
    { name: 'zany', facts: { version: '27.04', codename: 'Zany Zebra', supportEol: '2028-01-20' }, source: 'stream' },
    { name: 'zany', facts: { codename: 'Zany Zebu' }, source: 'mirror.yaml' },
  ];

  const zany = buildableReleases(told, now).releases.find(({ release }) => release === 'zany');

  expect(zany).toMatchObject({ codename: 'Zany Zebu', supportEol: '2028-01-20', source: 'mirror.yaml and stream' });
});

it('refuses one whose version nobody tells, and says who told of it', () => {
  const { releases, leftOut } = buildableReleases(
    [{ name: 'zany', facts: { codename: 'Zany Zebra' }, source: 'mirror.yaml' }],
    now,
  );

  expect(releases.find(({ release }) => release === 'zany')).toBeUndefined();
  expect(leftOut).toEqual([{ name: 'zany', fault: 'its version is unknown', sources: ['mirror.yaml'] }]);
});

it('are newer than the catalogue only where all of it is older', () => {
  const versions = catalogue.filter(({ family }) => family === 'ubuntu').map(({ version }) => version);

  fc.assert(
    fc.property(fc.integer({ min: 4, max: 99 }), fc.constantFrom('04', '10'), (year, month) => {
      const version = `${String(year).padStart(2, '0')}.${month}`;
      expect(isNewer(version)).toBe(versions.every((one) => one < version));
    }),
  );
});
