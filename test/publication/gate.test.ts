import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../lib/job/layout';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { smallPress } from './small-press';
import { wrappedStore } from './wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const squashfs = 'pool/bookworm/amd64/20261120.083000/squashfs';

describe('the gate', () => {
  it.each([
    ['is not there', (path: string, press: ReturnType<typeof smallPress>) => press.mirror.remove(path), 'is missing'],
    [
      'is cut',
      async (path: string, press: ReturnType<typeof smallPress>) => writeFileSync(join(press.mirror.root, path), 'cut'),
      'is 3 bytes with sha256 ',
    ],
    [
      'has as many other bytes',
      async (path: string, press: ReturnType<typeof smallPress>) => {
        const { size = 0 } = (await press.mirror.head(path)) ?? {};
        writeFileSync(join(press.mirror.root, path), Buffer.alloc(size));
      },
      '\\d+ bytes with sha256 ',
    ],
  ])('refuses to commit where an object of the pool %s, and leaves the index alone', async (_, harm, said) => {
    const press = smallPress(signer);
    await press.publish();
    const before = await press.bytes(layout.index('candidate'));
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      const done = await go();
      if (method === 'adopt' && key === squashfs) await harm(key, press);
      return done;
    });

    await expect(press.publish({ recipe: 'other' }, { mirror })).rejects.toMatchObject({
      name: 'ContractBroken',
      message: expect.stringMatching(
        new RegExp(`^${squashfs} .*${said}.*the document promises \\d+ bytes with sha256`),
      ),
    });
    expect(await press.bytes(layout.index('candidate'))).toEqual(before);
  });
});
