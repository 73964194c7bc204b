import { expect, it } from 'vitest';
import { refuseNotYet } from '../../lib/job/not-yet';

it('refuses what a configuration says before its time, and takes the rest', () => {
  const views = [{ name: 'candidate', releases: ['noble'] }];
  const later = (message: string) =>
    expect.objectContaining({
      ...{ name: 'NotSupported', misuse: true, message: expect.stringContaining(message) },
      hint: expect.stringMatching(/^.+; a later version will support it$/),
    });

  expect(() => refuseNotYet({ views }, 'mirror.yaml')).not.toThrow();
  expect(() => refuseNotYet({ views, keep: {} }, 'mirror.yaml')).toThrow(later('keep in mirror.yaml'));
  for (const empty of [{ name: 'stable' }, { name: 'stable', releases: [] }]) {
    expect(() => refuseNotYet({ views: [...views, empty] }, 'mirror.yaml')).toThrow(
      later('view stable in mirror.yaml has no releases'),
    );
  }
});
