import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { type VerifyReport, verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { followIndex } from '../../../lib/publication/follow-index';
import { readIndex } from '../../../lib/publication/read-view';
import { stateDocument } from '../../../lib/publication/state/state-document';
import { jsonPathOf } from '../../../lib/simplestreams/documents';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { makeSmallMirror, publicationTime, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

/** What a later release may have decided about the view. */
const state = { held: { noble: 'until Monday' } };
const statePath = stateDocument(state)?.path ?? 'nothing';

let whole: string;
let signer: Signer;
beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'small-mirror-'));
  signer = await smallSigner();
  const mirror = await makeSmallMirror(whole, { signer });
  await changeView('candidate', () => ({ state }), { mirror, signer, now: () => publicationTime });
  // The store would put a lost index back out of its own records: what is tampered with here is a copy without them.
  rmSync(join(whole, '.store'), { recursive: true });
});
afterAll(() => rmSync(whole, { recursive: true }));

/** A kind of object, and the key of one of that kind. */
const kinds: [string, RegExp][] = [
  ['index.sjson', /index\.sjson$/],
  ['index.json', /index\.json$/],
  ['index.json.gpg', /index\.json\.gpg$/],
  ['signed document', /[0-9a-f]{64}\.sjson$/],
  ['unsigned document', new RegExp(`/(?!${statePath.slice(-69)})[0-9a-f]{64}\\.json$`)],
  ['state of the view', new RegExp(`${statePath}$`)],
  ['signature of an unsigned document', /[0-9a-f]{64}\.json\.gpg$/],
  ['keyring.gpg', /^keyring\.gpg$/],
  ['keyring.asc', /^keyring\.asc$/],
  ['kernel', /^pool\/.*boot-kernel$/],
  ['initrd', /^pool\/.*boot-initrd$/],
  ['squashfs', /^pool\/.*squashfs$/],
  ['manifest', /^pool\/.*squashfs\.manifest$/],
  ['provenance', /^pool\/.*provenance\.json$/],
];

describe.each(kinds)('of the %s,', (_, pattern) => {
  test('a flipped byte anywhere is found by name', async () => {
    const { directory, key } = copyWith(pattern);
    const file = join(directory, key);
    const bytes = readFileSync(file);
    for (const at of [0, Math.floor(Math.random() * bytes.length), bytes.length - 1]) {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 0xff, at);
      writeFileSync(file, flipped);
      expect(blamed(await verified(directory)), `byte ${at} of ${key}`).toContain(key);
    }
  });

  test('a truncation is found by name', async () => {
    const { directory, key } = copyWith(pattern);
    const { size } = statSync(join(directory, key));
    for (const left of [size - 1, Math.floor(size / 2), 0]) {
      truncateSync(join(directory, key), left);
      expect(blamed(await verified(directory)), `${left} bytes of ${key}`).toContain(key);
    }
  });

  test('a removal is found by name and called missing', async () => {
    const { directory, key } = copyWith(pattern);
    rmSync(join(directory, key));
    const { problems } = await verified(directory);
    expect(problems.map(({ object, rule }) => ({ object, rule }))).toEqual([{ object: key, rule: 'missing' }]);
  });
});

test('what is tampered with was whole before', async () => {
  expect((await verified(copyWith(/index\.sjson$/).directory)).problems).toEqual([]);
});

test.each(['[]', '{', '{"held": 1, "held": 2}'])('a state %j is found by name, be it named rightly', async (text) => {
  const { directory } = copyWith(/index\.sjson$/);
  const path = jsonPathOf(text);
  writeFileSync(join(directory, 'candidate', path), text);
  await nameState(directory, path);

  expect((await verified(directory)).problems).toMatchObject([{ object: `candidate/${path}`, rule: 'format' }]);
});

test('a state in the form of another release is no problem', async () => {
  const { directory } = copyWith(/index\.sjson$/);
  await nameState(directory, { at: '../later' });

  expect((await verified(directory)).problems).toEqual([]);
});

/** Signs an index that names another state. */
async function nameState(directory: string, named: unknown): Promise<void> {
  const [mirror, view] = [new DirectoryStore(directory), 'candidate'];
  const { index } = await readIndex(view, { mirror, signer });
  const signed = await signer.clearsign(writeJson({ ...index, state: named }), publicationTime);
  await mirror.replace(layout.index(view), Buffer.from(signed), {});
  await followIndex(view, { mirror, signer, now: () => publicationTime });
}

function copyWith(pattern: RegExp): { directory: string; key: string } {
  const directory = folderInMemory();
  cpSync(whole, directory, { recursive: true, verbatimSymlinks: true });
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return { directory, key: files.sort().find((file) => pattern.test(file)) ?? 'nothing of this kind' };
}

function verified(directory: string): Promise<VerifyReport> {
  return verifyMirror(new DirectoryStore(directory), { scratch: folderInMemory() });
}

function blamed({ problems }: VerifyReport): string[] {
  return problems.map(({ object }) => object);
}
