import { expect, it } from 'vitest';
import { refuseNotYet } from '../../lib/job/not-yet';

it('refuses what a configuration says before its time, and takes the rest', () => {
  expect(() => refuseNotYet({}, 'mirror.yaml')).not.toThrow();
  expect(() => refuseNotYet({ keep: {} }, 'mirror.yaml')).toThrow(
    expect.objectContaining({
      ...{ name: 'NotSupported', misuse: true },
      message: 'keep in mirror.yaml is not supported yet: every version is kept',
      hint: 'remove keep; a later version will support it',
    }),
  );
});
