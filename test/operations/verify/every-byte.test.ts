import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { mirror } from '../../../lib/job/layout';
import { checkKeyring } from '../../../lib/operations/verify/check-keyring';
import { checkView } from '../../../lib/operations/verify/check-view';
import type { Problem } from '../../../lib/operations/verify/problem';
import { type SignatureCheck, signatureCheck } from '../../../lib/operations/verify/signature-check';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

/** The metadata of a mirror with one product, in memory. */
async function metadataOf(directory: string): Promise<Map<string, Buffer>> {
  const store = await makeSmallMirror(directory, { signer, kernels: ['generic'] });
  const files = new Map<string, Buffer>();
  for await (const key of store.list('')) {
    if (!key.startsWith('pool/')) files.set(key, readFileSync(join(directory, key)));
  }
  return files;
}

/** Other bits at each place, so that all kinds of changes come up: letter case, digits, line ends, bytes beyond ASCII. */
function withOneBitFlipped(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (at % 8)), at);
  return flipped;
}

async function problemsWith(
  files: ReadonlyMap<string, Buffer>,
  key: string,
  bytes: Buffer,
  signatures: SignatureCheck,
): Promise<readonly Problem[]> {
  const read = async (wanted: string) => (wanted === key ? bytes : files.get(wanted));
  if (!key.includes('/')) return checkKeyring(await read(mirror.keyring), await read(mirror.armouredKeyring));
  return (await checkView(read, 'candidate', signatures)).problems;
}

/** Positions whose change is not found, or blamed on other objects only. */
async function unseen(files: ReadonlyMap<string, Buffer>, key: string, signatures: SignatureCheck): Promise<number[]> {
  const bytes = files.get(key) ?? Buffer.alloc(0);
  const positions = [...bytes.keys()];
  const missed: number[] = [];
  const work = async () => {
    for (let at = positions.pop(); at !== undefined; at = positions.pop()) {
      const problems = await problemsWith(files, key, withOneBitFlipped(bytes, at), signatures);
      if (!problems.some(({ object }) => object === key)) missed.push(at);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return missed;
}

describe('one flipped bit is found, and blamed on the right object, at every position of', () => {
  const kinds: [string, RegExp][] = [
    ['index.sjson', /index\.sjson$/],
    ['index.json', /index\.json$/],
    ['index.json.gpg', /index\.json\.gpg$/],
    ['a signed document', /[0-9a-f]{64}\.sjson$/],
    ['an unsigned document', /[0-9a-f]{64}\.json$/],
    ["an unsigned document's signature", /[0-9a-f]{64}\.json\.gpg$/],
    ['keyring.gpg', /^keyring\.gpg$/],
    ['keyring.asc', /^keyring\.asc$/],
  ];

  test.each(kinds)('%s', async (_, pattern) => {
    const files = await metadataOf(folderInMemory());
    const [key = '', ...others] = [...files.keys()].filter((each) => pattern.test(each));
    const signatures = await signatureCheck(signer.keyring, folderInMemory());

    expect(others).toEqual([]);
    expect(await problemsWith(files, key, files.get(key) ?? Buffer.alloc(0), signatures)).toEqual([]);
    expect(files.get(key)?.length).toBeGreaterThan(400);
    expect(await unseen(files, key, signatures)).toEqual([]);
  });
});
