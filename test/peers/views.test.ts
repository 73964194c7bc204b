import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startServer } from '../../bin/serve/start-server';
import { digestOf } from '../../lib/machine/digest';
import { run } from '../../lib/machine/run';
import { readView } from '../../lib/publication/read-view';
import { viewsOf } from '../../lib/publication/views';
import { operatorKey, operatorWith } from '../bin/operation/operator';
import { pythonVenv } from '../fixtures/programs/python-venv';
import { folderInMemory, temporaryFolder } from '../fixtures/temporary-folder';

let [sstreamMirror, key]: string[] = [];
beforeAll(async () => {
  sstreamMirror = join(await pythonVenv(join(__dirname, 'requirements.txt')), 'bin/sstream-mirror');
  key = await operatorKey();
});

const [good, bad, fixed] = ['20261120.083000', '20261121.083000', '20261122.083000'];

type Operator = Awaited<ReturnType<typeof operatorWith>>;

/** A mirror with a view of every kind, which offer the bad version, too. */
async function everyKind(): Promise<Operator> {
  const operator = await operatorWith(key ?? '', folderInMemory());
  await operator.publish(good, {}, '2026-11-20T08:30:00Z');
  await operator.publish(bad, {}, '2026-11-21T08:30:00Z');
  await done(operator, 'promote', 'candidate', 'stable');
  await done(operator, 'view', 'create', 'lab-1', '--from', 'stable');
  await done(operator, 'view', 'create', 'lab-2', '--select', 'noble=candidate');
  await done(operator, 'snapshot', 'candidate', 'before');
  return operator;
}

async function done({ type }: Operator, ...words: string[]): Promise<void> {
  const { code, errLines } = await type(...words);
  expect([words, code, code === 0 ? [] : errLines]).toEqual([words, 0, []]);
}

const views = ['candidate', 'lab-1', 'lab-2', 'snapshots/before', 'stable'];

it('takes views of every kind whole, after each operation', async () => {
  const operator = await everyKind();
  const steps: readonly (readonly string[])[] = [
    ['rollback', 'candidate', 'noble', '--all-views', '--republish'],
    ['hold', 'stable', 'noble'],
    ['restore', 'candidate', 'noble', bad, '--all-views'],
    ['unhold', 'stable', 'noble'],
    ['attest', 'candidate', 'noble', 'newest', '--check', 'hw-lab', '--pass'],
    ['promote', 'candidate', 'stable', '--require', 'hw-lab'],
    ['view', 'set', 'lab-1', '--from', 'candidate'],
    ['remove', 'candidate', 'noble', good, '--yes'],
    ['repair'],
  ];
  await using site = await served(operator);
  await site.expectTaken(views);
  for (const step of steps) {
    await done(operator, ...step);
    await site.expectTaken(views);
  }
  await operator.publish(fixed, {}, '2026-11-22T08:30:00Z');
  await site.expectTaken(views);
});

async function served({ mirror, store, signer }: Operator) {
  const server = await startServer({ directory: mirror, listen: '127.0.0.1:0' });
  const url = server.url.replace(/\/$/, '');
  const keyring = join(temporaryFolder(), 'keyring.gpg');
  writeFileSync(keyring, signer.keyring);
  return {
    /** sstream-mirror takes each of these views, which are all, into an empty folder: every item, and no other byte. */
    expectTaken: async (expected: readonly string[]) => {
      expect((await viewsOf(store)).toSorted()).toEqual(expected);
      for (const view of expected) {
        const taken = temporaryFolder();
        await run([sstreamMirror ?? '', `--keyring=${keyring}`, `${url}/${view}/streams/v1/index.sjson`, taken], {
          quiet: true,
        });
        const items = itemsOf((await readView(view, { mirror: store })).documents);
        expect(items.length, view).toBeGreaterThan(3);
        for (const { path, sha256 } of items) expect((await digestOf(join(taken, path))).sha256, path).toBe(sha256);
      }
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function itemsOf(documents: Awaited<ReturnType<typeof readView>>['documents']) {
  const products = [...documents.values()].flatMap(({ document }) => Object.values(document.products));
  return products.flatMap(({ versions }) => Object.values(versions).flatMap(({ items }) => Object.values(items)));
}
