import { join, resolve } from 'node:path';
import { MirrorError } from '../../errors';
import { writeBytes } from '../../machine/bytes';
import { verifyClearsigned, verifyDetached } from '../../machine/gpgv';
import { sha256Of } from '../../sha256';
import { clearsignedFault, detachedFault } from '../../simplestreams/openpgp/signed-text';
import { splitClearsigned } from '../../simplestreams/openpgp/split-clearsigned';
import { verifiedText } from '../../simplestreams/openpgp/verified-text';
import type { Problem } from './problem';

/** Checks signed bytes with gpgv and one keyring. Problems name the given object. */
export interface SignatureCheck {
  /** What is wrong with a clearsigned file, and its text: as gpgv writes it, or, with a bad signature, as it is in the file. */
  clearsigned(object: string, bytes: Buffer): Promise<{ readonly problems: Problem[]; readonly text?: string }>;
  /** What is wrong with an armoured signature over other bytes. */
  detached(object: string, signature: Buffer, signed: Buffer): Promise<Problem[]>;
}

/** The text that gpgv writes, or its complaint. */
type Verdict = { readonly text: string } | { readonly fault: string };

/**
 * Checks the form first, then runs gpgv: a file that is not in canonical form is wrong whatever gpgv says, and only gpgv
 * knows who signed.
 * @param keyring binary; undefined skips gpgv, if the missing keyring is reported already
 * @param scratch an empty folder: gpgv reads files
 */
export async function signatureCheck(keyring: Buffer | undefined, scratch: string): Promise<SignatureCheck> {
  const folder = resolve(scratch, 'signatures');
  const keyringFile = join(folder, 'keyring.gpg');
  if (keyring !== undefined) await writeBytes(keyringFile, keyring);

  // Snapshots contain the same documents as the view they were taken from: gpgv need not check the same bytes twice.
  const seen = new Map<string, Promise<Verdict>>();
  const once = (pieces: readonly Buffer[], verify: (files: string[]) => Promise<string>) => {
    const name = pieces.map(sha256Of).join('-');
    const verdict = seen.get(name) ?? verdictOf(folder, name, pieces, verify);
    seen.set(name, verdict);
    return verdict;
  };

  return {
    clearsigned: async (object, bytes) => {
      const fault = clearsignedFault(bytes);
      if (fault !== undefined) return { problems: [notCanonical(object, fault)] };
      if (keyring === undefined) return { problems: [], text: splitClearsigned(bytes).text };
      const verify = ([file = '']: string[]) =>
        verifiedText(bytes, keyring, () => verifyClearsigned(file, keyringFile));
      const verdict = await once([bytes], verify);
      if ('text' in verdict) return { problems: [], text: verdict.text };
      return { problems: [badSignature(object, verdict.fault)], text: splitClearsigned(bytes).text };
    },
    detached: async (object, signature, signed) => {
      const fault = detachedFault(signature, signed);
      if (fault !== undefined) return [notCanonical(object, fault)];
      if (keyring === undefined) return [];
      // A signature of bytes, not of text (detachedFault): gpgv has hashed all of them.
      const verify = async ([of = '', file = '']: string[]) => {
        await verifyDetached(of, file, keyringFile);
        return '';
      };
      const verdict = await once([signature, signed], verify);
      return 'fault' in verdict ? [badSignature(object, verdict.fault)] : [];
    },
  };
}

/** gpgv's verdict on these files. It is in the last line; those before are about the key and the date. */
async function verdictOf(
  folder: string,
  name: string,
  pieces: readonly Buffer[],
  verify: (files: string[]) => Promise<string>,
): Promise<Verdict> {
  const files = pieces.map((_, place) => join(folder, `${name}.${place}`));
  await Promise.all(pieces.map((bytes, place) => writeBytes(files[place] ?? '', bytes)));
  try {
    return { text: await verify(files) };
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'BadSignature') throw error;
    return { fault: (error.message.trimEnd().split('\n').at(-1) ?? '').replace(/^.*gpgv: /, 'gpgv says ') };
  }
}

function notCanonical(object: string, fault: string): Problem {
  return { object, rule: 'canonical', message: `it is not in the form that this mirror's signer writes: ${fault}` };
}

function badSignature(object: string, fault: string): Problem {
  return { object, rule: 'signature', message: `its signature is invalid: ${fault}` };
}
