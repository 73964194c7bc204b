import { describe, expect, it } from 'vitest';
import { bundlesVariable, checkBundles } from '../../lib/job/environment';

describe('the bundles that an execution was planned with', () => {
  it('may go on with it, also where nothing was deployed', () => {
    expect(() => checkBundles('digest-1', { [bundlesVariable]: 'digest-1' })).not.toThrow();
    expect(() => checkBundles('', {})).not.toThrow();
  });

  it.each([
    ['others', 'digest-1', { [bundlesVariable]: 'digest-2' }, /with bundles digest-1, but digest-2 are deployed now/],
    [
      'some where none had planned it',
      '',
      { [bundlesVariable]: 'digest-2' },
      /\(none\), but digest-2 are deployed now/,
    ],
    ['none', 'digest-1', {}, /digest-1, but \(none\) are deployed now/],
  ])('refuses to go on with %s', (_, planned, environment, message) => {
    expect(() => checkBundles(planned, environment)).toThrow(
      expect.objectContaining({
        name: 'NotSupported',
        message: expect.stringMatching(message),
        hint: expect.stringContaining('start a new execution'),
      }),
    );
  });
});
