import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { archivesDigest } from '../../lib/machine/apt/in-release';
import { sha256Of } from '../../lib/sha256';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { checkForUpdates } from '../../lib/stages/plan';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { serveArchive } from '../fixtures/servers/served-archive';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { type SmallPress, smallPress } from '../publication/made/small-press';
import { publishLoaders } from './loaders/made/published-loaders';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

let press: SmallPress;
let folder: string;
beforeEach(() => {
  [press, folder] = [smallPress(signer), temporaryFolder()];
  for (const suite of suites) turn(suite, suite);
});

const suites = ['archive/noble', 'ports/noble', 'ports/xenial'].flatMap((one) =>
  ['', '-updates', '-security'].map((pocket) => `${one}${pocket}`),
);

/** Makes a suite say something else. */
function turn(suite: string, text: string): void {
  const file = join(folder, suite.replace('/', '/dists/'), 'InRelease');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A look at a site whose archives are the folder. */
async function lookAt(changes: Partial<BuildRequest> = {}) {
  await using served = await serveArchive(folder);
  const sources = { archive: `${served.url}/archive`, ports: `${served.url}/ports` };
  const request = BuildRequest.parse({ release: 'bootloaders', architectures: [], sources, ...changes });
  return await checkForUpdates(request, { ...press, scratch: temporaryFolder(), tools: '' });
}

const inReleases = (texts: readonly string[]) => texts.map((text) => sha256Of(text));

describe('a look at what is new of bootloaders', () => {
  it('finds them new until they are published, and again where an archive has changed', async () => {
    const first = await lookAt();
    const inputs = archivesDigest(inReleases(suites)) ?? '';
    expect(first).toMatchObject({ bootloaders: true, updates: true, job: { inputs, recipe: '' } });

    await publishLoaders(press, { inputs, inReleases: inReleases(suites) });
    expect(await lookAt()).toMatchObject({
      ...{ bootloaders: true, updates: false, job: { inputs } },
      reason: 'up to date: the archives are unchanged since the newest versions',
    });
    expect((await lookAt({ view: 'other' })).updates).toBe(true);
    expect((await lookAt({ rebuild: true })).updates).toBe(true);

    turn('ports/xenial-security', 'a fix');
    const later = await lookAt();
    expect(later.updates).toBe(true);
    expect(later.job.inputs).not.toBe(inputs);
  });

  it('takes an archive that cannot be read for news, also where nobody knows what is published', async () => {
    await publishLoaders(press, { inputs: '' });
    const sources = { archive: 'http://127.0.0.1:1/', ports: 'http://127.0.0.1:1/' };

    const planned = await lookAt({ sources: BuildRequest.parse({ release: 'bootloaders', sources }).sources });

    expect(planned).toMatchObject({ updates: true, job: { inputs: '' } });
  });
});
