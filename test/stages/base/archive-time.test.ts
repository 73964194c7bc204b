import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { archiveTime, startOfDay, verifiedTime } from '../../../lib/stages/base/archive-time';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { treeWith } from '../../fixtures/trees/tree-with';

const at = (time: string) => Date.parse(time) / 1000;
const dated = (date: string) => `Origin: Debian\nDate: ${date}\nSuite: bookworm\n`;
const [older, newer] = [dated('Thu, 19 Nov 2026 20:00:00 UTC'), dated('Fri, 20 Nov 2026 08:30:00 UTC')];

describe('when an archive was written', () => {
  it('is told by the newest of its parts', () => {
    expect(archiveTime([older])).toBe(at('2026-11-19T20:00:00Z'));
    expect(archiveTime([newer, older])).toBe(at('2026-11-20T08:30:00Z'));
    expect(archiveTime([older, newer])).toBe(at('2026-11-20T08:30:00Z'));
  });

  it('is not known of none, or where one cannot be read or says nothing', () => {
    expect(archiveTime([])).toBeUndefined();
    expect(archiveTime([newer, undefined])).toBeUndefined();
    expect(archiveTime([newer, 'Origin: Debian\n'])).toBeUndefined();
  });

  it('counts as the beginning of that day', () => {
    expect(startOfDay(at('2026-11-20T08:30:00Z'))).toBe(at('2026-11-20T00:00:00Z'));
    expect(startOfDay(at('2026-11-20T00:00:00Z'))).toBe(at('2026-11-20T00:00:00Z'));
  });
});

describe('when an archive was written, by what apt has verified', () => {
  let signer: Signer;
  beforeAll(async () => {
    signer = await smallSigner();
  });

  it('refuses what somebody has written around what is signed, by which alone it is told', async () => {
    const signed = await signer.clearsign(older, new Date('2026-11-20T08:30:00Z'));
    const lists = treeWith({ archive_dists_bookworm_InRelease: `${newer}\n${signed}` });

    expect(() => verifiedTime(lists)).toThrow(expect.objectContaining({ name: 'BadFormat' }));
    expect(verifiedTime(treeWith({ archive_dists_bookworm_InRelease: signed }))).toBe(at('2026-11-19T20:00:00Z'));
  });

  it('is told by a Release whose signature is beside it, too', async () => {
    const signed = await signer.clearsign(older, new Date('2026-11-20T08:30:00Z'));
    const lists = treeWith({
      archive_dists_bookworm_InRelease: signed,
      'archive_dists_bookworm-updates_Release': newer,
      'archive_dists_bookworm-updates_Release.gpg': 'a signature',
      'archive_dists_bookworm-security_Release': dated('Sat, 21 Nov 2026 00:00:00 UTC'),
      archive_dists_bookworm_main_Packages: '',
    });

    expect(verifiedTime(lists)).toBe(at('2026-11-20T08:30:00Z'));
  });

  it.each([
    ['no such file', {}],
    ['one without a date', { a_dists_bookworm_Release: 'Suite: bookworm\n', 'a_dists_bookworm_Release.gpg': '' }],
  ])('refuses an archive with %s', (_, files) => {
    expect(() => verifiedTime(treeWith(files))).toThrow(
      expect.objectContaining({
        name: 'NotReady',
        message: 'no InRelease or Release file of the archive has a Date',
        hint: 'use another archive (--archive URL)',
      }),
    );
  });
});
