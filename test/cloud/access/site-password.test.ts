import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkSiteName, makePassword, recordOf, siteOf } from '../../../lib/cloud/access/site-password';

const now = new Date('2026-11-25T10:00:00Z');

it.each(['a', '0', 'lab-2', 'lab.2_x', '2nd', 'a'.repeat(63)])('a site may be called %j', (name) => {
  expect(() => checkSiteName(name)).not.toThrow();
});

it.each(['', 'Lab', 'a:b', '-a', '.a', '_a', 'a\n', ' a', 'a'.repeat(64)])('refuses to call a site %j', (name) => {
  expect(() => checkSiteName(name)).toThrow(
    expect.objectContaining({
      name: 'BadInput',
      message: `${JSON.stringify(name)} is not a valid name for a site`,
      hint: 'use at most 63 lower-case letters, digits, dots, dashes and underscores, such as lab-2',
      misuse: true,
    }),
  );
});

it('passwords need no escape in an address, and no two are the same', () => {
  const passwords = Array.from({ length: 50 }, makePassword);

  for (const password of passwords) expect(password).toMatch(/^[\w-]{32}$/);
  expect(new Set(passwords).size).toBe(50);
});

it('what is kept of a password is a salted digest, and since when it holds', () => {
  const digest = createHmac('sha256', 'salt').update('secret').digest('hex');

  expect(recordOf('secret', now, { salt: 'salt' })).toBe(`sha256 salt ${digest} 2026-11-25T10:00:00.000Z`);
  const [one = '', other = ''] = [recordOf('secret', now), recordOf('secret', now)];
  expect(one).toMatch(/^sha256 [0-9a-f]{32} [0-9a-f]{64} 2026-11-25T10:00:00\.000Z$/);
  expect(other.split(' ')[1]).not.toBe(one.split(' ')[1]);
});

it('a record says since when a site may read, one of another hand does not', () => {
  expect(siteOf('lab', recordOf('secret', now))).toEqual({ name: 'lab', since: '2026-11-25T10:00:00.000Z' });
  expect(siteOf('lab', 'sha256 a b')).toEqual({ name: 'lab', since: 'unknown' });
});

it('a record names the views that a password is limited to, in a word that older functions refuse', () => {
  const views = ['lab-2', 'snapshots/2026-11'];
  const record = recordOf('secret', now, { views });

  expect(record.split(' ')).toHaveLength(5);
  expect(record.split(' ')[4]).toBe('lab-2,snapshots/2026-11');
  expect(siteOf('lab', record)).toEqual({ name: 'lab', since: '2026-11-25T10:00:00.000Z', views });
});
