import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { runKeyring } from '../../bin/commands/keyring';
import { runList } from '../../bin/commands/reading/list';
import { runVerify } from '../../bin/commands/reading/verify';
import { mirror } from '../../lib/job/layout';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { measureBytes } from '../../lib/store/digest';
import { S3Store } from '../../lib/store/s3/s3-store';
import { startSmallS3 } from '../fixtures/aws/small-s3/server';
import { makeSmallMirror, publicationTime, smallSigner, writeMetadata } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { shapeOf } from '../fixtures/trees/tree-shape';
import { type KeptTerminal, keptTerminal } from './terminal/kept-terminal';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const index = mirror.index('candidate');
const nextDay = new Date(publicationTime.getTime() + 24 * 60 * 60 * 1000);

/** All that reads a mirror. */
const readers: readonly ((mirror: string, terminal: KeptTerminal) => Promise<number>)[] = [
  (mirror, terminal) => runList({ mirror }, terminal),
  (mirror, terminal) => runList({ mirror, view: 'candidate', json: true }, terminal),
  (mirror, terminal) => runVerify({ mirror }, terminal),
  (mirror, terminal) => runVerify({ mirror, objects: false, json: true }, terminal),
  (mirror, terminal) => runKeyring({ mirror, armour: true }, terminal),
];

async function readAll(address: string): Promise<string> {
  const said: string[] = [];
  for (const read of readers) {
    const terminal = keptTerminal();
    await read(address, terminal);
    said.push(...terminal.outLines, ...terminal.errLines);
  }
  return said.join('\n').replaceAll(/\n +/g, ' ');
}

describe('reading a directory', () => {
  it.each<[string, (root: string) => Promise<void>, string]>([
    ['that is whole', async () => {}, 'signatures, MAAS rules and checksums OK'],
    [
      'whose index was restored',
      async (root) => {
        const yesterday = readFileSync(join(root, index));
        await makeSmallMirror(root, { signer, versions: ['20261120', '20261121'], at: nextDay });
        writeFileSync(join(root, index), yesterday);
      },
      'looks restored from a backup. Nothing is published on top of it until you decide',
    ],
    [
      'in which a publication was killed',
      async (root) => {
        const bytes = Buffer.from('the next index');
        const next = join(root, '.store/generations', encodeURIComponent(index), '2');
        writeFileSync(next, `${measureBytes(bytes).sha256}\n${bytes}`);
        writeFileSync(join(root, '.store/tmp/0123456789ab.1.1.left'), 'left');
      },
      'a newer version was written but is not visible: a publication was interrupted, or the file was removed; the next publication finishes it, or `maas-mirror repair`',
    ],
    [
      'whose index.json is behind',
      async (root) => {
        const before = readFileSync(join(root, mirror.plainIndex('candidate')));
        await makeSmallMirror(root, { signer, versions: ['20261120', '20261121'], at: nextDay });
        writeFileSync(join(root, mirror.plainIndex('candidate')), before);
      },
      'it is older than index.sjson',
    ],
    [
      'that lacks a link and its index',
      async (root) => {
        rmSync(join(root, 'candidate/bookworm/amd64/20261120'));
        rmSync(join(root, mirror.armouredKeyring));
      },
      'the next publication of this release creates it',
    ],
  ])('%s changes nothing, and says how it stands', async (_, change, told) => {
    const { root } = await makeSmallMirror(temporaryFolder(), { signer });
    await change(root);
    const before = shapeOf(root);

    expect(await readAll(root)).toContain(told);

    expect(shapeOf(root)).toEqual(before);
  });
});

describe('reading a bucket', () => {
  it('asks for objects, and changes none, also where it looks half-done', async () => {
    const s3 = await startSmallS3();
    onTestFinished(() => s3[Symbol.asyncDispose]());
    const store = new S3Store('s3://mirror', { client: s3.client });
    const { root } = await makeSmallMirror(temporaryFolder(), { signer });
    for (const key of [mirror.keyring, mirror.armouredKeyring])
      await store.replace(key, readFileSync(join(root, key)), {});
    await writeMetadata(store, 'candidate', [], signer, publicationTime);
    await store.remove(mirror.plainIndex('candidate'));
    const written = s3.requests.length;
    vi.stubEnv('AWS_ENDPOINT_URL_S3', s3.url);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    onTestFinished(() => void vi.unstubAllEnvs());

    expect(await readAll('s3://mirror')).toContain(`${mirror.plainIndex('candidate')}: missing`);

    const actions = new Set(s3.requests.slice(written).map(({ action }) => action));
    expect([...actions].sort()).toEqual(['GetObject', 'ListObjectsV2']);
  });
});
