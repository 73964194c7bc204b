import { expect } from 'vitest';
import type { LookAlike } from '../../fixtures/images/look-alike';
import { asMadeUpRelease } from '../../fixtures/images/made-up-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { maasMirror } from '../cli';
import { documentAt, productIdsAt } from '../published';
import { gaUpTo2604, letters } from './subarches';
import { ubuntuSite } from './ubuntu-site';

/**
 * Builds 27.04, of which only the stream knows, of the look-alike of resolute.
 * @param gate passed: once it has booted, for which an emulated machine takes a minute
 * @throws where something else is published than the stream says of it
 */
export async function expectMadeUpRelease(resolute: LookAlike, gate: 'passed' | 'waived'): Promise<void> {
  const look = await asMadeUpRelease(resolute, temporaryFolder(), { release: 'zany', version: '27.04' });
  const said = { release_codename: 'Zany Zebra', support_eol: '2028-01-20' };
  await using site = await ubuntuSite(look, { version: '27.04', fields: said });
  const { mirror } = site;
  const more = gate === 'waived' ? ['--no-boot-test'] : [];
  const words = site.words('--json', ...more).map((word) => (word === 'zany' ? '27.04' : word));
  const { code, out, err } = await maasMirror(words, { env: site.env });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  expect(err).toMatch(/^building zany into view candidate of .*\n {2}zany is 27.04 \(stream\)\n/m);
  expect(JSON.parse(out)).toMatchObject({ builds: [{ release: 'zany', source: 'stream', status: 'SUCCEEDED' }] });

  expect(await productIdsAt(mirror, 'zany')).toEqual(['com.ubuntu.maas.candidate:v3:boot:27.04:amd64:ga-27.04']);
  const document = await documentAt(mirror, 'zany');
  const product = document?.products['com.ubuntu.maas.candidate:v3:boot:27.04:amd64:ga-27.04'];
  expect(product).toMatchObject({
    ...{ arch: 'amd64', os: 'ubuntu', label: 'candidate', release: 'zany', krel: 'zany', version: '27.04' },
    ...{ release_title: '27.04', support_esm_eol: '2028-01-20', ...said },
    ...{ subarch: 'ga-27.04', kflavor: 'generic', subarches: `${letters},${gaUpTo2604},ga-26.10,ga-27.04` },
  });
  expect(Object.values(product?.versions ?? {})).toMatchObject([{ gate, image_package: look.images.ga?.name }]);
  expect(Object.keys(product?.versions ?? {})).toEqual([expect.stringMatching(/^20261120\.\d{6}$/)]);
  const [row] = JSON.parse((await maasMirror(['list', mirror, '--json'])).out) as { kernel: string }[];
  expect(row).toMatchObject({ release: 'zany', kernel: 'ga' });
  expect((await maasMirror(['verify', mirror])).code).toBe(0);
}
