import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { checkStandings, standingsOf, withProspects } from '../../../lib/operations/verify/check-standing';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { MemoryStore } from '../../publication/made/memory-store';

const object = 'candidate/streams/v1/index.sjson';
const bothWays =
  'to keep it, remove the folder .store/generations/candidate%2Fstreams%2Fv1%2Findex.sjson of the mirror; to return to what was published last, remove candidate/streams/v1/index.sjson; then run the command again';

const problemsOf = (seen: string, told: readonly string[] = []) => {
  const standings = new Map([[object, seen]]);
  return checkStandings(standings, standings, new Set(told));
};

describe('how a mutable object stands', () => {
  it.each([
    [
      'unfinished 2',
      'unfinished',
      'a newer version was written but is not visible: a publication was interrupted, or the file was removed; the next publication finishes it, or `maas-mirror repair`',
    ],
    [
      'restored 1',
      'restored',
      `it is older than what this tool wrote last and looks restored from a backup. Nothing is published on top of it until you decide: to keep it, run: maas-mirror repair candidate; to return to what was published last, remove ${object} and run: maas-mirror repair candidate`,
    ],
    [
      'foreign 1',
      'foreign',
      `this tool did not write it. Nothing is published on top of it until you decide: ${bothWays}`,
    ],
    ['damaged of damaged words', 'damaged', 'of damaged words'],
  ])('is told where it is %s', (seen, rule, message) => {
    expect(problemsOf(seen)).toEqual([{ object, rule, message }]);
  });

  it('is told where an index was removed, but not a keyring, which is told elsewhere', () => {
    const message =
      'missing: readers need this file to find the view; to put back what was published last, run: maas-mirror repair candidate';
    expect(problemsOf('missing 2')).toEqual([{ object, rule: 'missing', message }]);
    expect(problemsOf('missing 2', ['candidate/streams/v1/deleted.sjson'])).toEqual([]);
    const keyring = new Map([['keyring.gpg', 'missing 2']]);
    expect(checkStandings(keyring, keyring, new Set())).toEqual([]);
  });

  it.each(['settled 2', 'absent 0', 'was unfinished 2'])('is no problem where it is %s', (seen) => {
    expect(problemsOf(seen)).toEqual([]);
  });

  it('is left out where something else was told of it, unless it was restored', () => {
    expect(problemsOf('foreign 1', [object])).toEqual([]);
    expect(problemsOf('foreign 1', ['other'])).toHaveLength(1);
    expect(problemsOf('restored 1', [object])).toHaveLength(1);
  });

  it('is no problem where it was otherwise a moment before', () => {
    const now = new Map([[object, 'unfinished 2']]);
    expect(checkStandings(new Map([[object, 'unfinished 1']]), now, new Set())).toEqual([]);
    expect(checkStandings(new Map(), now, new Set())).toEqual([]);
  });

  it('is known of a directory only', async () => {
    expect(await standingsOf(new MemoryStore(), [object])).toEqual(new Map());

    const store = new DirectoryStore(folderInMemory());
    await store.replace(object, Buffer.from('one'), {});
    await store.replace(object, Buffer.from('two'), {});
    expect(await standingsOf(store, [object])).toEqual(new Map([[object, 'settled 2']]));
  });
});

describe('a generation of a directory', () => {
  it('is damaged, and is told with the way on', async () => {
    const store = new DirectoryStore(folderInMemory());
    await store.replace(object, Buffer.from('one'), {});
    const file = join(store.root, '.store/generations', encodeURIComponent(object), '1');
    writeFileSync(file, 'damaged');
    const standings = await standingsOf(store, [object]);
    const refused = (await store.standing(object).catch((error: unknown) => error)) as MirrorError;

    expect(refused.hint).toBeDefined();
    expect(checkStandings(standings, standings, new Set())).toEqual([
      { object, rule: 'damaged', message: `${refused.message}; ${refused.hint}` },
    ]);
  });

  it('refuses to be called damaged where it cannot be looked at', async () => {
    const store = new DirectoryStore(folderInMemory());
    for (const error of [
      new MirrorError('StoreFailed', 'gone'),
      Object.assign(new Error('gone'), { name: 'ChecksumMismatch' }),
    ]) {
      const failing = Object.create(store, { standing: { value: () => Promise.reject(error) } }) as DirectoryStore;
      await expect(standingsOf(failing, [object])).rejects.toBe(error);
    }
  });
});

describe('an index that looks restored', () => {
  const ahead = { object, rule: 'ahead', message: 'it is older' };

  it.each([
    [
      undefined,
      'the next publication refuses to continue from it; `maas-mirror repair --dry-run`, on the folder or the bucket itself, shows how it can be kept',
    ],
    ['settled 1', 'if that was intended, the next publication continues from it and rewrites index.json'],
    ['restored 1', 'the next publication refuses to continue from it'],
    ['unsettled 1', 'the next publication refuses to continue from it'],
  ])('that stands as %s says what publications make of it', (standing, prospects) => {
    const standings = new Map(standing === undefined ? [] : [[object, standing]]);
    expect(withProspects([ahead], standings)).toEqual([{ ...ahead, message: `it is older; ${prospects}` }]);
  });

  it.each([
    'missing 2',
    'unfinished 1',
  ])('that is missing and stands as %s says that repair puts it back', (standing) => {
    const gone = { object, rule: 'missing', message: 'missing: readers need it' };
    const message = `${gone.message}; to put back what was published last, run: maas-mirror repair candidate`;
    expect(withProspects([gone], new Map([[object, standing]]))).toEqual([{ ...gone, message }]);
    const other = { ...gone, object: 'keyring.gpg' };
    expect(withProspects([other], new Map([['keyring.gpg', standing]]))).toEqual([other]);
  });

  it.each(['settled 2', undefined])('that is missing and stands as %s does not: nothing remembers it', (standing) => {
    const gone = { object, rule: 'missing', message: 'missing: readers need it' };
    const standings = new Map(standing === undefined ? [] : [[object, standing]]);
    expect(withProspects([gone], standings)).toEqual([gone]);
  });

  it('is the only problem of which that is said', () => {
    const other = { object, rule: 'behind', message: 'it is older' };
    expect(withProspects([other, ahead], new Map())[0]).toBe(other);
  });
});
