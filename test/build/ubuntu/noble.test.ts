import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LookAlike, lookAlike } from '../../fixtures/images/look-alike';
import { maasMirror } from '../cli';
import { documentAt, newestAt } from '../published';
import { expectSixFlavours } from './six-flavours';
import { ubuntuSite } from './ubuntu-site';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

describe('building noble from its cloud image', () => {
  // test/boots/noble.test.ts boots them, too; one flavour boots in customise.test.ts.
  it('publishes all six flavours of amd64 as images.maas.io has them, each from its own package', async () => {
    await expectSixFlavours(noble, 'waived', '--no-boot-test');
  });

  it('publishes the same documents from the same inputs, but for when they were signed', async () => {
    await using site = await ubuntuSite(noble);
    const published: unknown[] = [];
    for (const _ of ['once', 'again']) {
      const { code, err } = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test'), { env: site.env });
      expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
      const { provenance = '' } = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
      const document = JSON.stringify(await documentAt(site.mirror, 'noble'), timeless);
      const made = readFileSync(join(site.mirror, 'pool', provenance), 'utf8');
      published.push([document, made].map((text) => JSON.parse(text.replaceAll(timeOfDay, '$1'))));
      rmSync(site.mirror, { recursive: true });
    }
    expect(published[0]).toEqual(published[1]);
  });
});

/** The provenance names the version, and so the time of day. */
const timeOfDay = /\b(\d{8})\.\d{6}\b/g;
const timed = ['built', 'updated', 'provenance_sha256'];
const timeless = (name: string, value: unknown) => (timed.includes(name) ? undefined : value);
