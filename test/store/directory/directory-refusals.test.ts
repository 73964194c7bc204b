import { describe, expect, it } from 'vitest';
import { measureBytes } from '../../../lib/store/digest';
import { bothWays, checkCondition, checkOwn, checkSame } from '../../../lib/store/directory/directory-refusals';
import type { Standing } from '../../../lib/store/directory/generations';

const wanted = measureBytes(Buffer.from('wanted'));
const current = (tag: string | undefined, standing: Standing = 'settled') => ({
  ...{ number: 1, standing, object: tag === undefined ? undefined : { bytes: Buffer.from('x'), tag } },
});
const ways =
  'to keep it, remove the folder .store/generations/a%2Findex of the mirror; to return to what was published last, remove a/index; then run the command again';

describe('an object that never changes', () => {
  it('may be what is there', () => {
    checkSame('/m/a', wanted.sha256, wanted);
  });

  it.each([
    ['abc', 'already exists with sha256 abc'],
    [undefined, 'is a folder, or is below a file'],
  ])('refuses to take the place of %s', (there, what) => {
    expect(() => checkSame('/m/a', there, wanted)).toThrow(
      expect.objectContaining({
        name: 'ObjectExists',
        message: `/m/a ${what}; cannot write sha256 ${wanted.sha256} there`,
        hint: 'objects never change; build a new version instead',
      }),
    );
  });
});

describe('a condition', () => {
  it('holds where it is that of what is there, of nothing, and where there is none', () => {
    checkCondition('/m/index', 'index', current('1'), '1');
    checkCondition('/m/index', 'index', current(undefined), null);
    checkCondition('/m/index', 'index', current('1', 'foreign'), undefined);
  });

  it.each([
    ['1', '2', '/m/index is 1, expected 2'],
    ['1', null, '/m/index is 1, expected missing'],
    [undefined, '2', '/m/index is missing, expected 2'],
  ])('refuses %j where %j was expected', (tag, ifMatch, message) => {
    expect(() => checkCondition('/m/index', 'index', current(tag), ifMatch)).toThrow(
      expect.objectContaining({
        ...{ name: 'PreconditionFailed', message },
        hint: 'another process changed it first; read it again and repeat the change',
      }),
    );
  });

  it('refuses what this tool did not write, though the tag is right', () => {
    expect(() => checkCondition('/m/index', 'index', current('1', 'foreign'), '1')).toThrow(/was changed by/);
  });
});

describe('what lies there', () => {
  it.each<Standing>(['settled', 'unfinished', 'missing'])('is ours where it is %s', (standing) => {
    checkOwn('/m/a/index', 'a/index', current('1', standing));
  });

  it.each<[Standing, string]>([
    ['restored', 'is an older version (sha256 1) than maas-mirror wrote last; it was probably restored from a backup'],
    ['foreign', 'was changed by something other than maas-mirror (sha256 1)'],
  ])('is refused where it is %s, with both ways to go on', (standing, what) => {
    expect(() => checkOwn('/m/a/index', 'a/index', current('1', standing))).toThrow(
      expect.objectContaining({ name: 'ChecksumMismatch', message: `/m/a/index ${what}`, hint: ways }),
    );
    expect(bothWays('a/index', 'foreign')).toBe(ways);
  });

  it('is kept by repair if it is the restored index of a view', () => {
    const index = 'snapshots/a/streams/v1/index.sjson';
    const repair = 'run: maas-mirror repair snapshots/a';
    expect(bothWays(index, 'restored')).toBe(
      `to keep it, ${repair}; to return to what was published last, remove ${index} and ${repair}`,
    );
    expect(bothWays(index, 'foreign')).toContain('remove the folder .store/generations/');
  });
});
