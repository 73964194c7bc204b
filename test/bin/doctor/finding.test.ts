import { describe, expect, it } from 'vitest';
import { linesOf, tried } from '../../../bin/doctor/finding';
import { MirrorError } from '../../../lib/errors';

describe('the lines of a finding', () => {
  it('are a mark, its name and what was found, and below that what to do', () => {
    expect(linesOf({ name: 'signing', ok: true, found: 'all is well' })).toEqual([
      '✓ signing              all is well',
    ]);
    expect(linesOf({ name: 'signing', ok: false, found: 'it fails', hint: 'enable it', error: 'KeyUnusable' })).toEqual(
      ['✗ signing              it fails', '                       enable it'],
    );
  });

  it('set further lines of what was found apart, before the hint', () => {
    expect(
      linesOf({ name: 'x86: build', ok: false, found: 'NoKernel: BUILD: exit 1\nerror NoKernel', hint: 'see' }),
    ).toEqual([
      '✗ x86: build           BUILD: exit 1',
      '                       | error NoKernel',
      '                       see',
    ]);
  });
});

describe('what was tried', () => {
  const refused = (hint?: string) => () =>
    Promise.reject(new MirrorError('AccessDenied', 'not for you', hint === undefined ? {} : { hint }));

  it('is the value where nothing is thrown', async () => {
    expect(await tried('quotas', async () => 7)).toEqual({ value: 7 });
  });

  it.each([
    ['its own', 'log in', {}, { hint: 'log in' }],
    ['one for its name before its own', 'log in', { AccessDenied: 'allow it' }, { hint: 'allow it' }],
    ['none of another error', undefined, { NotReady: 'wait' }, {}],
  ])('is a fault with the error of ours, and of hints %s', async (_, own, hints, hint) => {
    expect(await tried('quotas', refused(own), hints)).toEqual({
      finding: { name: 'quotas', ok: false, found: 'not for you', ...hint, error: 'AccessDenied' },
      error: expect.objectContaining({ name: 'AccessDenied' }),
    });
  });

  it('refuses to take an error that is not ours for a finding', async () => {
    const look = () => Promise.reject(new TypeError('x is undefined'));
    await expect(tried('quotas', look)).rejects.toThrow(TypeError);
  });
});
