import { relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { announceKey, finishRotation, signAnew } from '../../lib/operations/rotate-key';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { publishBootloaders } from '../../lib/stages/publish-bootloaders';
import type { Store } from '../../lib/store/store';
import { makeBuiltLoaders } from '../fixtures/mirrors/built-loaders';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { smallPress } from './made/small-press';
import { wrappedStore } from './made/wrapped-store';

let old: Signer;
let next: Signer;
beforeAll(async () => {
  [old, next] = await Promise.all([smallSigner('old'), smallSigner('next')]);
});

describe('what readers are given', () => {
  it('is written by lib/publication whoever publishes or changes the key, and what is below streams/ by changeView', async () => {
    const press = smallPress(old);
    const writes: Write[] = [];
    const mirror = tellingWho(press.mirror, writes);

    await press.publish({}, { mirror });
    const loaders = await makeBuiltLoaders(press.work, { execution: 'loaders' });
    const request = { view: 'candidate', execution: 'loaders', inputs: '', ...loaders };
    await publishBootloaders(request, { ...press, mirror });
    const rotation = { store: mirror, current: old, next, now: press.now };
    await announceKey(rotation);
    await signAnew(rotation);
    await finishRotation(rotation);

    const published = writes.filter(({ key }) => !key.startsWith('pool/'));
    expect(new Set(published.map(({ key }) => key.replace(/[0-9a-f]{64}/, 'DIGEST')))).toEqual(
      new Set([
        ...['keyring.gpg', 'keyring.asc', 'index.html'],
        ...['DIGEST.json', 'DIGEST.json.gpg', 'DIGEST.sjson', 'index.json', 'index.json.gpg', 'index.sjson'].map(
          (name) => `candidate/streams/v1/${name}`,
        ),
      ]),
    );
    expect(published.filter(({ by }) => !by[0]?.startsWith('lib/publication/'))).toEqual([]);
    const streams = published.filter(({ key }) => key.includes('/streams/'));
    expect(streams.filter(({ by }) => !by.includes('lib/publication/change-view.ts'))).toEqual([]);
  });
});

/** A write, and the files of lib that were on the way to it, the last one first. */
interface Write {
  readonly key: string;
  readonly by: readonly string[];
}

function tellingWho(inner: Store, writes: Write[]): Store {
  return wrappedStore(inner, ({ method, key }, go) => {
    if (['create', 'replace', 'adopt', 'remove'].includes(method)) writes.push({ key, by: filesOnTheWay() });
    return go();
  });
}

function filesOnTheWay(): string[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  const { stack = '' } = new Error('who');
  Error.stackTraceLimit = before;
  const root = relative('/', `${__dirname}/../..`);
  const frames = stack.split('\n').flatMap((line) => /\/((?:[^/:()]+\/)*lib\/[^:()]+\.ts)/.exec(line)?.[1] ?? []);
  return frames.map((file) => relative(`/${root}`, `/${file}`));
}
