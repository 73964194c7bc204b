import { beforeAll, describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { jobOfStrings } from '../../../lib/job/job-of';
import { claimFirst, claimVersion, isStillToRebuild } from '../../../lib/publication/names/claim';
import { versionNames } from '../../../lib/publication/names/version-names';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makeBuiltRun } from '../../fixtures/mirrors/built-run';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { MemoryStore } from '../made/memory-store';
import { smallPress } from '../made/small-press';
import { wrappedStore } from '../made/wrapped-store';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

describe('claimVersion', () => {
  const claim = async (press: ReturnType<typeof smallPress>, execution: string, top?: string) => {
    const { job } = await makeBuiltRun(press.work, { execution });
    return claimVersion(jobOfStrings(job), '20261120', top, press);
  };

  it('gives a folder to one execution only, however many come at once', async () => {
    const press = smallPress(signer);

    const names = await Promise.all(Array.from({ length: 10 }, (_, n) => claim(press, `run-${n}`)));

    expect(new Set(names).size).toBe(10);
    expect(names.filter((name) => name === '20261120.083000')).toHaveLength(1);
    expect((await press.keys()).filter((key) => key.endsWith('/claim.json'))).toHaveLength(10);
  });

  it('gives an execution that asks again the folder that it has', async () => {
    const press = smallPress(signer);
    expect(await claim(press, 'run')).toBe('20261120.083000');
    expect(await claim(press, 'run')).toBe('20261120.083000');
  });

  it('refuses where others have every name of the minute', async () => {
    const press = smallPress(signer);
    for (const name of versionNames('20261120', undefined, press.now())) {
      await press.mirror.create(`pool/bookworm/amd64/${name}/claim.json`, Buffer.from('{"execution":"other"}\n'));
    }
    await expect(claim(press, 'run')).rejects.toMatchObject({
      name: 'VersionConflict',
      message: 'all version names for this minute are in use for bookworm amd64',
      hint: 'run the build again',
    });
  });

  it('passes over names whose folders hold something else', async () => {
    const press = smallPress(signer);
    const { job } = await makeBuiltRun(press.work, { execution: 'run' });
    const spoiled = new Set(['20261120.083000', '20261120.083001']);

    const name = await claimVersion(jobOfStrings(job), '20261120', undefined, { ...press, spoiled });

    expect(name).toBe('20261120.083002');
    expect(await press.keys()).toContain('pool/bookworm/amd64/20261120.083002/claim.json');
  });

  it('gives a name above the highest that the view ever had', async () => {
    expect(await claim(smallPress(signer), 'run', '20261120.235900')).toBe('20261120.235900.083000');
  });
});

describe('claimFirst', () => {
  const what = { execution: 'run', what: 'bootloaders' };

  it('takes the first name that nobody else has, and writes whose it is', async () => {
    const mirror = new MemoryStore(new Map([['a/claim.json', Buffer.from('{"execution":"other"}\n')]]));

    expect(await claimFirst(['a', 'b', 'c'], (name) => `${name}/claim.json`, { ...what, mirror })).toBe('b');
    expect([...mirror.objects.keys()]).toEqual(['a/claim.json', 'b/claim.json']);
    expect(String(mirror.objects.get('b/claim.json'))).toBe('{"execution":"run"}\n');
  });

  it.each([
    ['an error of ours', new MirrorError('StoreFailed', 'the disk is gone')],
    ['another', Object.assign(new Error('the disk is gone'), { name: 'ObjectExists' })],
  ])('refuses to try the next name after %s', async (_, error) => {
    const inner = new MemoryStore();
    const mirror = wrappedStore(inner, async ({ key }, go) => {
      if (key === 'a/claim.json') throw error;
      return go();
    });

    await expect(claimFirst(['a', 'b'], (name) => `${name}/claim.json`, { ...what, mirror })).rejects.toBe(error);
    expect(inner.objects.size).toBe(0);
  });
});

describe('a rebuild', () => {
  const claims = ['a/claim.json', 'b/claim.json'];
  const claimed = (execution: string) =>
    new MemoryStore(new Map([['b/claim.json', Buffer.from(`{"execution":"${execution}"}\n`)]]));

  it.each([
    ['is not there where none was asked for', false, 'other', false],
    ['is still to be published where others made the newest versions', true, 'other', true],
    ['is done where one of the newest versions is its own', true, 'run', false],
  ])('%s', async (_, rebuild, execution, still) => {
    expect(await isStillToRebuild({ rebuild, execution: 'run' }, claims, claimed(execution))).toBe(still);
  });

  it('is still to be published where nothing is', async () => {
    expect(await isStillToRebuild({ rebuild: true, execution: 'run' }, claims, new MemoryStore())).toBe(true);
    expect(await isStillToRebuild({ rebuild: true, execution: 'run' }, [], claimed('run'))).toBe(true);
  });
});
