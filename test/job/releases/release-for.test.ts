import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../../lib/catalog/releases';
import { isDescribed, releaseFor, toldBy } from '../../../lib/job/releases/release-for';

describe('the release that an order is for', () => {
  it('is that of the catalogue, unless the order describes it', () => {
    expect(releaseFor({ release: 'noble' })).toBe(releaseOf('noble'));
    expect(releaseFor({ release: 'zany', about: { version: '27.04', sources: [] } })).toMatchObject({
      ...{ name: 'zany', version: '27.04' },
    });
  });

  it('is known where the catalogue has it, or the order says its version', () => {
    const about = { codename: 'Zany Zebra', sources: [] };

    expect(isDescribed({ release: 'noble' })).toBe(true);
    expect(isDescribed({ release: 'zany' })).toBe(false);
    expect(isDescribed({ release: 'zany', about })).toBe(false);
    expect(isDescribed({ release: 'zany', about: { ...about, version: '27.04' } })).toBe(true);
  });

  it.each([
    ['catalogue', { release: 'noble' }],
    ['catalogue and mirror.yaml', { release: 'noble', about: { sources: [] } }],
    ['mirror.yaml', { release: 'zany', about: { version: '27.04', sources: [] } }],
    ['stream and distro-info', { release: 'zany', about: { sources: ['stream', 'distro-info'] } }],
  ] as const)('is told by %s', (sources, { release, ...more }) => {
    const about = 'about' in more ? { about: { ...more.about, sources: [...more.about.sources] } } : {};

    expect(toldBy({ release, ...about })).toBe(sources);
  });
});
