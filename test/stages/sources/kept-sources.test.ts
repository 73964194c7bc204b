import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Job } from '../../../lib/job/job';
import { foldersOf, made, runs } from '../../../lib/job/layout';
import { armour, dearmour } from '../../../lib/simplestreams/openpgp/armour';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { checkAddedKeys, findAddedSources, knownAddedSources } from '../../../lib/stages/sources/added-sources';
import type { Workbench } from '../../../lib/stages/workbench';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner('the PPA');
});

let shown: string[] = [];
beforeEach(() => {
  shown = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

const job = {
  ...{ folder: 'run-0123456789abcdef', architecture: 'amd64', kernel: '', customised: true },
  ...{ base: 'fetch:1', root: 'upgrade:2', prepared: '', extracted: '' },
} as Job;

/** What the upgrade stage has, whose folder a job names afterwards. */
function benchOf(customise: object | undefined, changes: { job?: Partial<Job>; sources?: object } = {}): Workbench {
  const request = BuildRequest.parse({
    ...{ release: 'noble', architectures: ['amd64'], sources: changes.sources ?? {} },
    ...(customise && { customise }),
  });
  return {
    ...{ request, job: { ...job, ...changes.job }, folder: runs.attempt(job, 'upgrade', job.root) },
    ...{ store: new DirectoryStore(temporaryFolder()), scratch: temporaryFolder(), tools: '' },
  };
}

/** Launchpad's API, with one PPA whose key is this. @returns its address */
async function launchpadWith(armoured: string): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const about = { private: false, signing_key_fingerprint: signer.fingerprint };
    response.end(JSON.stringify(url.includes('getSigningKeyData') ? armoured : about));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const keyOf = (stanza: string) => {
  const lines = stanza.split('\n').map((line) => line.replace(/^ \.?/, ''));
  return dearmour(
    'PUBLIC KEY BLOCK',
    `${lines.slice(lines.indexOf('-----BEGIN PGP PUBLIC KEY BLOCK-----')).join('\n')}`,
  );
};

describe('the repositories that a build adds', () => {
  it('are those of a PPA with the key that Launchpad tells, and are kept for the later stages', async () => {
    const launchpad = await launchpadWith(armour('PUBLIC KEY BLOCK', Buffer.from(signer.keyring)));
    const bench = benchOf(
      { repositories: ['ppa:ann/daily'] },
      { sources: { launchpad, ppas: 'http://ppas.example/' } },
    );

    const sources = await findAddedSources(bench);

    const keyringData = Buffer.from(signer.keyring).toString('base64');
    const uri = 'http://ppas.example/ann/daily/ubuntu';
    expect(sources).toEqual([{ uri, suite: 'noble', components: ['main'], keyringData }]);
    expect(shown.join('')).toBe(':: asking Launchpad for the key of ppa:ann/daily\n');
    expect(await knownAddedSources(bench)).toEqual(sources);
    const kept = join((bench.store as DirectoryStore).root, made.repositories(foldersOf(job).root));
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(sources);
  });

  it('are those of a stanza with its own key, one after the other', async () => {
    const stanza = stanzaAt('http://one.example/', 'http://other.example/');
    const bench = benchOf({ repositories: [stanza] });

    const sources = await findAddedSources(bench);

    const keyringData = keyOf(stanza).toString('base64');
    expect(sources).toEqual(
      ['http://one.example/', 'http://other.example/'].map((uri) => ({
        ...{ uri, suite: 'noble', components: ['main'], keyringData },
      })),
    );
    expect(await knownAddedSources(bench)).toEqual(sources);
    expect(shown).toEqual([]);
  });

  it('may be none', async () => {
    const bench = benchOf(undefined);

    expect(await findAddedSources(bench)).toEqual([]);
    expect(await knownAddedSources(bench)).toEqual([]);
    // Nothing was kept where nothing is customised, and nothing is looked for.
    expect(await knownAddedSources(benchOf(undefined, { job: { customised: false } }))).toEqual([]);
  });

  it('are told of as far as nothing comes of them', async () => {
    const stanza = stanzaAt('http://ann:hush@one.example/', 'http://other.example/');
    const foreign = stanza.replace('Suites:', 'Architectures: arm64\nOrigin-Of: here\nColour: red\nSuites:');

    expect(await findAddedSources(benchOf({ repositories: [foreign] }))).toEqual([]);

    expect(shown).toEqual([
      ':: skipping http://one.example/ http://other.example/: it is not for amd64\n',
      ':: warning: ignoring unknown fields of http://one.example/ http://other.example/: origin-of, colour\n',
    ]);
  });

  it.each([
    ['is no keyring', 'nothing', /^the key of ppa:ann\/daily cannot be read: not an OpenPGP keyring: /],
    ['is a broken armour', '-----BEGIN PGP nothing', /^the key of ppa:ann\/daily cannot be read: /],
  ])('refuses a key of a PPA that %s', async (_, key, message) => {
    const launchpad = await launchpadWith(key);
    const bench = benchOf({ repositories: ['ppa:ann/daily'] }, { sources: { launchpad } });

    await expect(findAddedSources(bench)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(message),
      cause: { name: 'BadFormat' },
    });
  });

  it('refuses a list of them that is none of ours', async () => {
    const bench = benchOf({ repositories: [] });
    await bench.store.create(made.repositories(foldersOf(job).root), Buffer.from('[{"uri":"nowhere"}]'));

    await expect(knownAddedSources(bench)).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(/^runs\/run-…\/amd64\/upgrade\/2\/repositories\.json is not valid: /),
    });
  });
});

describe('the keys of added repositories', () => {
  const broken = stanzaAt('https://ann:hush@one.example/', 'https://other.example/').replace(/^ mDME.*$/m, ' mDMF');

  it('are looked at before anything is downloaded, except those that Launchpad tells', async () => {
    const request = (...repositories: string[]) => benchOf({ repositories }).request;

    await checkAddedKeys({});
    await checkAddedKeys(request('ppa:ann/daily', stanzaAt('https://one.example/')));
    await expect(checkAddedKeys(request('ppa:ann/daily', broken))).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(
        /^the key of https:\/\/one\.example\/ https:\/\/other\.example\/ cannot be read: /,
      ),
      hint: 'put the output of `gpg --armor --export` into Signed-By: indent each line by one space, and write a dot for an empty line',
      misuse: true,
      cause: { name: 'BadFormat' },
    });
  });

  it('refuses one that cannot be read when it is used, too', async () => {
    await expect(findAddedSources(benchOf({ repositories: [broken] }))).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
    });
  });
});
