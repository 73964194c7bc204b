import { describe, expect, it } from 'vitest';
import { Catalogue, factsOf, ReleaseFacts, seriesWord } from '../../../lib/job/releases/facts';

const fieldsRefused = (facts: object) => ReleaseFacts.safeParse(facts).error?.issues.map(({ path }) => path[0]) ?? [];

describe('what is said of a release', () => {
  it.each([
    ['version', ['27.04', '30.10'], ['7.04', '27.4', '127.04', '27.040', '27_04', 'x27.04']],
    ['title', ['27.04', '28.04 LTS'], ['28.04 lts', '28.04LTS', '28.04 LTS!', 'a 28.04']],
    ['codename', ['Noble Numbat', 'ab', 'x'.repeat(60)], ['a', ' ab', 'ab ', 'Noble 2', 'x'.repeat(61)]],
    ['released', ['2027-04-22'], ['2027-4-22', '2027-02-30', '22.4.2027']],
    ['supportEol', ['2027-04-22'], ['soon']],
    ['supportEsmEol', ['2027-04-22'], ['later']],
  ])('may have as %s what looks like one', (field, taken, refused) => {
    expect(taken.filter((value) => fieldsRefused({ [field]: value }).length > 0)).toEqual([]);
    expect(refused.filter((value) => fieldsRefused({ [field]: value })[0] !== field)).toEqual([]);
  });

  it('names at least one architecture, and at most twenty', () => {
    const named = (...architectures: string[]) => fieldsRefused({ architectures });

    expect(named('amd64', 'riscv64')).toEqual([]);
    expect(named(...Array.from({ length: 20 }, () => 'amd64'))).toEqual([]);
    for (const wrong of [[], ['AMD64'], [''], ['x'.repeat(21)], ['a b'], Array.from({ length: 21 }, () => 'amd64')]) {
      expect(named(...wrong)).toEqual(['architectures']);
    }
  });

  it('names a series in one word', () => {
    for (const word of ['noble', 'x', 'a'.repeat(40)]) expect(seriesWord.safeParse(word).success).toBe(true);
    for (const word of ['', 'Noble', 'noble2', 'no ble', 'a'.repeat(41)]) {
      expect(seriesWord.safeParse(word).success).toBe(false);
    }
  });
});

describe('a catalogue', () => {
  const faults = (releases: object) =>
    Catalogue.safeParse({ releases }).error?.issues.map(({ message }) => message) ?? [];

  it('has no releases where it names none', () => {
    expect(Catalogue.parse({})).toEqual({ releases: {} });
    expect(factsOf(undefined, 'noble')).toBeUndefined();
  });

  it('tells the facts of the releases that it names, also of names that every object has', () => {
    const catalogue = Catalogue.parse({ releases: { zany: { version: '27.04' } } });

    expect(factsOf(catalogue, 'zany')).toEqual({ version: '27.04' });
    expect(factsOf(catalogue, 'constructor')).toBeUndefined();
  });

  it('refuses two releases of one version, but may have several of which it says none', () => {
    expect(faults({ zany: { version: '27.04' }, other: { version: '27.04' } })).toEqual([
      '27.04 is also the version of zany',
    ]);
    expect(faults({ noble: { codename: 'Noble' }, jammy: { codename: 'Jammy' } })).toEqual([]);
  });

  it('refuses a description that contradicts what is known', () => {
    expect(faults({ noble: { version: '24.10' } })).toEqual(['its version is 24.04']);
  });
});
