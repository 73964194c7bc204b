import { beforeAll, describe, expect, it } from 'vitest';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { newestTime, timeOfVersion } from '../../../lib/stages/updates/newest-time';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';

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
  ])('is read from its name where nothing else is known, %s', (version, time) => {
    expect(timeOfVersion(version)?.toISOString()).toBe(time);
  });

  it('is not known of other names', () => {
    expect([timeOfVersion('daily'), timeOfVersion('20261399')]).toEqual([undefined, undefined]);
  });

  it('is of the release and the view that are asked for', async () => {
    const press = smallPress(signer);
    await press.publish({ execution: 'one', serial: '20261120' });
    press.turnClockTo('2026-11-25T08:30:00Z');
    await press.publish({ execution: 'two', serial: '20261121' });
    press.turnClockTo('2026-11-26T08:30:00Z');
    await press.publish({ execution: 'three', serial: '20261121' });

    const time = (release: string, view: string) => newestTime({ release, view }, { mirror: press.mirror });
    expect(await time('bookworm', 'candidate')).toEqual(new Date('2026-11-25T08:30:00Z'));
    expect(await time('bookworm', 'nightly')).toBeUndefined();
    expect(await time('noble', 'candidate')).toBeUndefined();
    expect(await time('bootloaders', 'candidate')).toBeUndefined();
  });

  it('is that of its name in a view that an older release wrote', async () => {
    const mirror = await makeSmallMirror(folderInMemory(), { signer, versions: ['20261119', '20261120.093000'] });
    expect(await newestTime({ release: 'bookworm', view: 'candidate' }, { mirror })).toEqual(
      new Date('2026-11-20T09:30:00Z'),
    );
  });

  it('is of one release, though both are in one document', async () => {
    const press = smallPress(signer);
    const ubuntu = { source: 'cloud-image', kernels: [{ kernel: 'ga' }] } as const;
    await press.publish({ ...ubuntu, release: 'jammy', serial: '20261119' });
    press.turnClockTo('2026-11-27T08:30:00Z');
    await press.publish({ ...ubuntu, release: 'noble', serial: '20261118' });

    const time = (release: string) => newestTime({ release, view: 'candidate' }, { mirror: press.mirror });
    expect(await time('noble')).toEqual(new Date('2026-11-27T08:30:00Z'));
    expect(await time('jammy')).toEqual(new Date('2026-11-20T08:30:00Z'));
  });
});
