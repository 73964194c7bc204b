import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { signatureCheck } from '../../../lib/operations/verify/signature-check';
import { clearsigned } from '../../../lib/simplestreams/openpgp/signed-text';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { splitClearsigned } from '../../../lib/simplestreams/openpgp/split-clearsigned';
import { environment } from '../../fixtures/aws/fake-aws';
import { publicationTime as at, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../../fixtures/temporary-folder';

const text = '{\n "a": 1\n}\n';
let signer: Signer;
let other: Signer;
let signed: Buffer;
let signature: Buffer;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner(), smallSigner('other')]);
  signed = Buffer.from(await signer.clearsign(text, at));
  signature = Buffer.from(await signer.detach(text, at));
});

/** A signature of the right form that holds for nothing. */
function forged(): Buffer {
  const { signature: packet } = splitClearsigned(signed);
  packet.writeUInt8(packet.readUInt8(packet.length - 1) ^ 1, packet.length - 1);
  return Buffer.from(clearsigned(text, packet));
}

const notAsWritten = (object: string) => ({
  ...{ object, rule: 'canonical' },
  message: expect.stringMatching(/^it is not in the form that this mirror's signer writes: ./),
});
const doesNotHold = (object: string, said: string) => ({
  ...{ object, rule: 'signature', message: `its signature is invalid: gpgv says ${said}` },
});

describe('a clearsigned text', () => {
  it('is given out where its signature holds, and still read where it does not', async () => {
    const { clearsigned: check } = await signatureCheck(signer.keyring, folderInMemory());

    expect(await check('index', signed)).toEqual({ problems: [], text });
    expect(await check('index', forged())).toEqual({
      problems: [doesNotHold('index', 'BAD signature from "small mirror"')],
      text,
    });
    expect(await check('index', Buffer.from(await other.clearsign(text, at)))).toEqual({
      problems: [doesNotHold('index', "Can't check signature: No public key")],
      text,
    });
  });

  it('is not read where it is not as a signer writes it', async () => {
    const { clearsigned: check } = await signatureCheck(signer.keyring, folderInMemory());

    expect(await check('index', Buffer.concat([signed, Buffer.from('\n')]))).toEqual({
      problems: [notAsWritten('index')],
    });
  });

  it('has its problem told under each name that it comes by, at once or not', async () => {
    const { clearsigned: check } = await signatureCheck(signer.keyring, folderInMemory());
    const bytes = forged();
    const told = [...(await Promise.all([check('a', bytes), check('b', bytes)])), await check('c', bytes)];

    expect(told.flatMap(({ problems }) => problems.map(({ object }) => object))).toEqual(['a', 'b', 'c']);
  });
});

describe('a detached signature', () => {
  it('holds over its own bytes only', async () => {
    const { detached: check } = await signatureCheck(signer.keyring, folderInMemory());

    expect(await check('index.gpg', signature, Buffer.from(text))).toEqual([]);
    // Its form says so mostly: of 65536 other texts one has a digest that begins in the same way, and gpgv says it then.
    const [problem, ...more] = await check('index.gpg', signature, Buffer.from(`${text}\n`));
    expect(problem).toMatchObject({ object: 'index.gpg', rule: expect.stringMatching(/^(canonical|signature)$/) });
    expect(more).toEqual([]);
    expect(await check('index.gpg', Buffer.from(await other.detach(text, at)), Buffer.from(text))).toEqual([
      doesNotHold('index.gpg', "Can't check signature: No public key"),
    ]);
  });

  it('is not mistaken for another over the same bytes', async () => {
    const { detached: check } = await signatureCheck(signer.keyring, folderInMemory());
    const foreign = Buffer.from(await other.detach(text, at));

    expect(await check('a', signature, Buffer.from(text))).toEqual([]);
    expect(await check('a', foreign, Buffer.from(text))).toHaveLength(1);
  });
});

it('refuses to call a signature wrong where gpgv is not there to say so', async () => {
  environment({ PATH: '/nowhere' });
  const check = await signatureCheck(signer.keyring, folderInMemory());

  await expect(check.clearsigned('index', signed)).rejects.toMatchObject({ name: 'MissingTool' });
  await expect(check.detached('index.gpg', signature, Buffer.from(text))).rejects.toMatchObject({
    name: 'MissingTool',
  });
});

describe('without a keyring', () => {
  it('only the form of signatures is looked at', async () => {
    const scratch = folderInMemory();
    const check = await signatureCheck(undefined, scratch);

    expect(await check.clearsigned('index', forged())).toEqual({ problems: [], text });
    expect(await check.detached('index.gpg', signature, Buffer.from(text))).toEqual([]);
    expect(await check.clearsigned('index', Buffer.from('no'))).toEqual({ problems: [notAsWritten('index')] });
    expect(await check.detached('index.gpg', Buffer.from('no'), Buffer.from(text))).toEqual([
      notAsWritten('index.gpg'),
    ]);
    expect(existsSync(join(scratch, 'signatures'))).toBe(false);
  });
});
