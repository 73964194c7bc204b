import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../lib/simplestreams/signer';
import { newestTime, timeOfVersion } from '../../lib/stages/newest-time';
import { smallSigner } from '../fixtures/small-mirror';
import { smallPress } from './small-press';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

describe('when the newest version was built', () => {
  it.each([
    ['20261120', '2026-11-20T00:00:00.000Z'],
    ['20261120.1', '2026-11-20T00:00:00.000Z'],
    ['20261120.083015', '2026-11-20T08:30:15.000Z'],
    ['20261120.1.083015', '2026-11-20T00:00:00.000Z'],
  ])('is read from its name, %s', (version, time) => {
    expect(timeOfVersion(version)?.toISOString()).toBe(time);
  });

  it('is not known of other names', () => {
    expect([timeOfVersion('daily'), timeOfVersion('20261399')]).toEqual([undefined, undefined]);
  });

  it('is of the release and the view that are asked for', async () => {
    const press = smallPress(signer);
    await press.publish({ execution: 'one', serial: '20261120' });
    await press.publish({ execution: 'two', serial: '20261121' });

    const time = (release: string, view: string) => newestTime({ release, view }, { mirror: press.mirror });
    expect(await time('bookworm', 'candidate')).toEqual(new Date('2026-11-21T00:00:00Z'));
    expect(await time('bookworm', 'nightly')).toBeUndefined();
    expect(await time('noble', 'candidate')).toBeUndefined();
    expect(await time('bootloaders', 'candidate')).toBeUndefined();
  });
});
