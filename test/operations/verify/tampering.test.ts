import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { type VerifyReport, verifyMirror } from '../../../lib/operations/verify';
import { changeView } from '../../../lib/publication/change-view';
import { followIndex } from '../../../lib/publication/commit/follow-index';
import { readIndex } from '../../../lib/publication/read-index';
import { readView } from '../../../lib/publication/read-view';
import { timeText } from '../../../lib/publication/state/kept-ledger';
import { fieldsOf, onShelf } from '../../../lib/publication/state/shelf';
import type { Change } from '../../../lib/publication/state/view-content';
import { jsonPathOf } from '../../../lib/simplestreams/documents';
import { writeJson } from '../../../lib/simplestreams/json';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Product } from '../../../lib/simplestreams/types';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { makeSmallMirror, publicationTime, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-minutes';

let whole: string;
let signer: Signer;
/** Keys of what the index names, directly or not, by what it is: earlier commits have left other files. */
let parts: Readonly<Record<string, string>>;
beforeAll(async () => {
  whole = mkdtempSync(join(tmpdir(), 'small-mirror-'));
  signer = await smallSigner();
  const mirror = await makeSmallMirror(whole, { signer, versions: ['20261120', '20261121'] });
  const press = { mirror, signer, now: () => publicationTime };
  await changeView('candidate', withdrawingOne, press);
  const { index, stored, documents } = await readView('candidate', press);
  const [{ path: signed, document } = missing()] = documents.values();
  const unsigned = jsonPathOf(writeJson(document));
  const { state } = index as { readonly state?: string };
  const named = Object.entries({
    state,
    shelf: stored?.shelf,
    ledger: stored?.ledger,
    history: stored?.history?.path,
    signed,
    unsigned,
    signature: `${unsigned}.gpg`,
  });
  parts = Object.fromEntries(named.map(([name, path]) => [name, layout.document('candidate', path ?? 'nothing')]));
  // The store would put a lost index back out of its own records: what is tampered with here is a copy without them.
  rmSync(join(whole, '.store'), { recursive: true });
});
afterAll(() => rmSync(whole, { recursive: true }));

/** The first product loses its oldest version to the shelf. */
const withdrawingOne: Change = ({ documents, shelf }, at) => {
  const [[contentId, document] = missing()] = documents;
  const [[id, product] = missing()] = Object.entries(document.products);
  const { [oldestOf(product)]: version = missing(), ...versions } = product.versions;
  const entry = { why: 'withdrawn', since: timeText(at), version } as const;
  const shelved = onShelf(shelf, id, { content_id: contentId, fields: fieldsOf(product) }, oldestOf(product), entry);
  const products = { ...document.products, [id]: { ...product, versions } };
  return {
    documents: new Map([...documents, [contentId, { ...document, products }]]),
    shelf: shelved,
    note: { what: 'withdraw' },
  };
};

const oldestOf = ({ versions }: Product) => Object.keys(versions).sort()[0] ?? missing();
const missing = () => {
  throw new Error('the small mirror has lost its versions');
};

/** A kind of object, and the key of one of that kind, or the name of a part. */
const kinds: [string, RegExp | string][] = [
  ['index.sjson', /index\.sjson$/],
  ['index.json', /index\.json$/],
  ['index.json.gpg', /index\.json\.gpg$/],
  ['signed document', 'signed'],
  ['unsigned document', 'unsigned'],
  ['state of the view', 'state'],
  ['shelf of the view', 'shelf'],
  ['ledger of the view', 'ledger'],
  ['newest block of the history', 'history'],
  ['signature of an unsigned document', 'signature'],
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

function copyWith(kind: RegExp | string): { directory: string; key: string } {
  const directory = folderInMemory();
  cpSync(whole, directory, { recursive: true, verbatimSymlinks: true });
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const isOne = (file: string) => (typeof kind === 'string' ? file === parts[kind] : kind.test(file));
  return { directory, key: files.sort().find(isOne) ?? 'nothing of this kind' };
}

function verified(directory: string): Promise<VerifyReport> {
  return verifyMirror(new DirectoryStore(directory), { scratch: folderInMemory() });
}

function blamed({ problems }: VerifyReport): string[] {
  return problems.map(({ object }) => object);
}
