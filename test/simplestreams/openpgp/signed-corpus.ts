import { armour } from '../../../lib/simplestreams/openpgp/armour';
import { clearsignedFile, crlf, type Hand } from './signed-by-hand';

/**
 * Who takes a variant of a signed text: gpgv 2.2, gpgv 2.4, and our readers, of which the one in process and the one with
 * gpgv take the same files. `taken` by all; `refused` by all; `stricter`: gpgv takes it (both, or the one that is named),
 * we do not; `no UTF-8`: its signature holds, and nobody reads it.
 */
export type Outcome = 'taken' | 'refused' | 'stricter' | 'stricter than 2.2' | 'no UTF-8';

export interface Variant {
  readonly outcome: Outcome;
  readonly file: Buffer;
}

export const text = '{\n "a": "ä",\n "b": [\n  1\n ]\n}';
/** A line that nobody signed. */
const hidden = ', "b": 2';

/** Variants of one signed text by what they are called. */
export async function signedCorpus({ sign }: Hand, other: Hand): Promise<ReadonlyMap<string, Variant>> {
  const variants = new Map<string, Variant>();
  const add = (outcome: Outcome, what: string, file: string | Buffer) => {
    if (variants.has(what)) throw new Error(`two variants are called ${what}`);
    variants.set(what, { outcome, file: Buffer.from(file) });
  };
  const packet = await sign(crlf(text));
  const good = clearsignedFile({ body: text, packets: [packet] });
  const header = (lines: string) => clearsignedFile({ header: lines, body: text, packets: [packet] });
  const bodyOf = (body: string) => clearsignedFile({ body, packets: [packet] });
  const signedBody = async (body: string, signed = crlf(body)) =>
    clearsignedFile({ body, packets: [await sign(signed)] });
  /** As text, which a byte that is no UTF-8 is not. */
  const latin = (file: string, from: string, to: string) => Buffer.from(file.replace(from, to), 'latin1');

  add('taken', 'as it was signed', good);

  // What gpgv cuts off a line.
  const line = ' "b": [';
  for (const [name, filler] of fillers) {
    const hide = (length: number) =>
      bodyOf(text.replace(line, line + filler.repeat(length).slice(0, length - line.length) + hidden));
    const cut = ['spaces', 'tabs', 'CRs', 'NULs'].includes(name);
    add(cut ? 'stricter than 2.2' : 'refused', `text after a line of 20000 bytes that ends in ${name}`, hide(20_000));
    add('refused', `text after a line of 19000 bytes that ends in ${name}`, hide(19_000));
  }
  for (const length of [19_900, 19_990, 19_991, 19_995, 19_996, 20_000, 20_010, 40_000]) {
    const outcome = length <= 19_990 ? 'taken' : length < 20_000 ? 'stricter' : 'refused';
    add(outcome, `a signed line of ${length} bytes`, await signedBody(`${text}\n${'x'.repeat(length)}`));
    const blank = `${text}\n${' '.repeat(length)}`;
    add(
      length <= 19_990 ? 'taken' : length < 20_000 ? 'stricter' : 'stricter than 2.2',
      `a line of ${length} blanks`,
      await signedBody(blank, crlf(`${text}\n`)),
    );
  }
  add('refused', 'a long line before the signed text', `${'x'.repeat(30_000)}\n${good}`);
  add('stricter', 'a long line after the signature', `${good}${'x'.repeat(30_000)}\n`);

  // Blanks and line ends.
  add('taken', 'blanks at the ends of lines', bodyOf(text.replaceAll('\n', ' \t\n')));
  add('taken', 'CRs at the ends of lines', bodyOf(text.replaceAll('\n', '\r\r\n')));
  add('taken', 'a blank after a CR at the end of a line', bodyOf(text.replace('\n', '\r \n')));
  add('taken', 'CRLF everywhere', crlf(good));
  add('taken', 'CRLF in the text alone', bodyOf(crlf(text)));
  add('taken', 'CRLF in one line', bodyOf(text.replace('\n', '\r\n')));
  add('taken', 'a CR within a line', await signedBody(`a\rb\n${text}`));
  add('refused', 'CRs in place of line ends', bodyOf(text.replaceAll('\n', '\r')));
  add('refused', 'a form feed at the end of a line', bodyOf(text.replace('\n', '\f\n')));
  add('refused', 'a vertical tab at the end of a line', bodyOf(text.replace('\n', '\v\n')));
  add('refused', 'a no-break space at the end of a line', bodyOf(text.replace('\n', '\u00a0\n')));
  add('stricter', 'a NUL at the end of a line', bodyOf(text.replace('\n', '\0\n')));
  add('stricter', 'a NUL and text at the end of a line', await signedBody(`${text}\na\0b`));
  add('refused', 'a NUL and text that nobody signed', bodyOf(text.replace('\n', '\0x\n')));
  add('refused', 'a blank within a line', bodyOf(text.replace('[', ' [')));
  add('refused', 'an empty line before the text', bodyOf(`\n${text}`));
  add('refused', 'an empty line after the text', bodyOf(`${text}\n`));
  add('taken', 'empty lines that are signed', await signedBody(`\n\n${text}\n\n`));
  add('taken', 'a text of one empty line', await signedBody(''));
  add('taken', 'no text', clearsignedFile({ body: '', packets: [await sign('')] }).replace('\n\n\n', '\n\n'));
  add('taken', 'blank lines after the signature', `${good}\n \n\t\r\n`);
  add('taken', 'no line end after the signature', good.trimEnd());
  add('refused', 'a text that is cut', bodyOf(text.slice(0, -3)));

  // Text around it.
  add('stricter', 'text before it', `{}\n${good}`);
  add('stricter', 'an empty line before it', `\n${good}`);
  add('stricter', 'text after it', `${good}{}\n`);
  add('refused', 'a byte order mark', `\ufeff${good}`);
  add('refused', 'the same message twice', good + good);
  add(
    'refused',
    'a message of another key after it',
    good + clearsignedFile({ body: 'x', packets: [await other.sign('x')] }),
  );
  add(
    'refused',
    'a message of another key before it',
    clearsignedFile({ body: 'x', packets: [await other.sign('x')] }) + good,
  );
  add(
    'refused',
    'a message that nobody signed before it',
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n${good}`,
  );
  add('refused', 'a message within the message', bodyOf(good));
  add('stricter', 'two signatures in two armours', good + armour('SIGNATURE', packet));
  add('refused', 'nothing', '');
  add('refused', 'the text alone', `${text}\n`);
  add('refused', 'the signature alone', armour('SIGNATURE', packet));
  add('refused', 'a header and nothing else', '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n');
  add('refused', 'a text without its signature', good.slice(0, good.indexOf('-----BEGIN PGP SIGNATURE')));
  add('refused', 'a header in small letters', good.replace('BEGIN PGP SIGNED', 'begin pgp signed'));
  add('stricter', 'blanks behind the first line', good.replace('MESSAGE-----\n', 'MESSAGE----- \t\n'));
  add('refused', 'text behind the first line', good.replace('MESSAGE-----\n', 'MESSAGE----- x\n'));
  add('refused', 'a blank before the first line', ` ${good}`);
  add('stricter', 'text behind the line that ends the text', good.replace('SIGNATURE-----\n', 'SIGNATURE-----x\n'));
  add('stricter', 'blanks behind the line that ends the text', good.replace('SIGNATURE-----\n', 'SIGNATURE----- \n'));

  // The header.
  add('taken', 'two hashes', header('Hash: SHA256, SHA512\n'));
  add('taken', 'two hashes without a blank', header('Hash: SHA256,SHA512\n'));
  add('taken', 'two lines with a hash', header('Hash: SHA256\nHash: SHA512\n'));
  add('refused', 'no hash', header(''));
  add('refused', 'another hash', header('Hash: SHA256\n'));
  add('refused', 'a hash that nobody knows', header('Hash: SHA512, WHIRL\n'));
  add('refused', 'a hash in small letters', header('Hash: sha512\n'));
  add('stricter', 'the beginning of a hash', header('Hash: SHA5\n'));
  add('stricter', 'a comma behind the hash', header('Hash: SHA512,\n'));
  add('stricter', 'a blank behind the hash', header('Hash: SHA512 \n'));
  add('refused', 'no blank before the hash', header('Hash:SHA512\n'));
  add('refused', 'another header', header('Hash: SHA512\nComment: x\n'));
  add('refused', 'a version in the header', header('Version: x\nHash: SHA512\n'));
  add('refused', 'a header of text', header('Hash: SHA512\n{"b": 2}\n'));
  add('refused', 'a header of text with a colon', header('Hash: SHA512\n"b": 2\n'));
  add('refused', 'a word that dashes are not escaped', header('Hash: SHA512\nNotDashEscaped: x\n'));
  add('stricter', 'a line of blanks under the header', good.replace('SHA512\n\n', 'SHA512\n \t\n'));
  add('stricter', 'a NUL in the header', header('Hash: SHA512\0x\n'));

  // Dashes.
  add('taken', 'escaped dashes', await signedBody('- - a\n- -----BEGIN x\n- b', '- a\r\n-----BEGIN x\r\nb'));
  add('taken', 'an escaped line without a dash', bodyOf(text.replace(' "a"', '-  "a"')));
  add('taken', 'every line escaped', bodyOf(text.replace(/^/gm, '- ')));
  add('taken', 'an escape and nothing else', await signedBody('a\n- \nb', 'a\r\n\r\nb'));
  add('stricter', 'a dash that is not escaped', await signedBody('-a'));
  add('stricter', 'a dash alone', await signedBody('a\n-\nb'));
  add('refused', 'an escape that is escaped', bodyOf(text.replace(' "a"', '- -  "a"')));
  add('refused', 'a line of five dashes', await signedBody('a\n-----\nb'));

  // The signature.
  add('taken', 'two signatures of one key', clearsignedFile({ body: text, packets: [packet, packet] }));
  add(
    'refused',
    'a second signature of another key',
    clearsignedFile({ body: text, packets: [packet, await other.sign(crlf(text))] }),
  );
  add('taken', 'a signature of bytes', clearsignedFile({ body: text, packets: [await sign(crlf(text), { type: 0 })] }));
  add('refused', 'a signature of LF', clearsignedFile({ body: text, packets: [await sign(text, { type: 0 })] }));
  add(
    'refused',
    'a signature of the last line end, too',
    clearsignedFile({ body: text, packets: [await sign(`${crlf(text)}\r\n`)] }),
  );
  add('refused', 'a signature of nothing', clearsignedFile({ body: text, packets: [await sign('', { type: 2 })] }));
  add('refused', 'no packet', clearsignedFile({ body: text, packets: [] }));
  const withoutChecksum = async (padding: boolean) => {
    for (let length = 1; ; length++) {
      // A private subpacket makes the signature as long as it is to be.
      const more = Buffer.concat([Buffer.from([length + 1, 101]), Buffer.alloc(length, 1)]);
      const signature = await sign(crlf(text), { more });
      if ((signature.length % 3 !== 0) === padding)
        return clearsignedFile({ body: text, packets: [signature] }).replace(/\n=....\n/, '\n');
    }
  };
  add('taken', 'armour without a checksum', await withoutChecksum(true));
  add('refused', 'armour without a checksum and without padding', await withoutChecksum(false));
  add('refused', 'armour with a wrong checksum', good.replace(/\n=....\n/, '\n=AAAA\n'));
  add('taken', 'armour with headers', good.replace(/(SIGNATURE-----\n)/, '$1Version: GnuPG v1\nComment: x\n'));
  add('taken', 'armour in other columns', good.replace(/(SIGNATURE-----\n\n.{32})/, '$1\n'));
  add('stricter', 'armour with blanks in it', good.replace(/(SIGNATURE-----\n\n.{32})/, '$1 '));
  add('refused', 'armour with other characters in it', good.replace(/(SIGNATURE-----\n\n.{32})/, '$1*'));
  add('refused', 'armour that is cut', good.slice(0, -200));

  // Other forms.
  add(
    'no UTF-8',
    'bytes that are no UTF-8',
    latin(clearsignedFile({ body: 'x?', packets: [await sign(Buffer.from('x\u00ff', 'latin1'))] }), 'x?', 'x\u00ff'),
  );
  return variants;
}

export interface DetachedVariant {
  /** Who takes it, in the words of {@link Outcome}. */
  readonly outcome: Outcome;
  readonly signature: Buffer;
  readonly data: Buffer;
}

/** Variants of a file and its detached signature, by what they are called. */
export async function detachedCorpus({ sign }: Hand, other: Hand): Promise<ReadonlyMap<string, DetachedVariant>> {
  const variants = new Map<string, DetachedVariant>();
  const add = (outcome: Outcome, what: string, signature: string | Buffer, data: string) =>
    void variants.set(what, { outcome, signature: Buffer.from(signature), data: Buffer.from(data) });
  const whole = `${text}\n`;
  const packet = await sign(whole, { type: 0 });
  const good = armour('SIGNATURE', packet);
  const ofText = armour('SIGNATURE', await sign(crlf(whole), { type: 1 }));

  add('taken', 'as it was signed', good, whole);
  const line = ' "b": [';
  for (const [name, filler] of fillers) {
    const data = whole.replace(line, line + filler.repeat(20_000) + hidden);
    add('refused', `text after a line of 20000 bytes that ends in ${name}`, good, data);
    add('refused', `the same, signed as a text: ${name}`, ofText, data);
  }
  add('stricter', 'a signature of a text', ofText, whole);
  add('stricter', 'a signature of a text with other line ends', ofText, crlf(whole));
  add('refused', 'a signature of a text with blanks that nobody signed', ofText, whole.replaceAll('\n', ' \t\n'));
  add('refused', 'other line ends', good, crlf(whole));
  add('refused', 'blanks that nobody signed', good, whole.replaceAll('\n', ' \n'));
  add('refused', 'a byte more', good, `${whole}\n`);
  add('refused', 'a byte less', good, text);
  add('refused', 'a signature of another key', armour('SIGNATURE', await other.sign(whole, { type: 0 })), whole);
  add('stricter', 'a signature without its armour', packet, whole);
  add('stricter', 'two signatures', armour('SIGNATURE', Buffer.concat([packet, packet])), whole);
  add('stricter', 'text after the signature', `${good}x\n`, whole);
  add('stricter', 'text before the signature', `x\n${good}`, whole);
  const clearsigned = clearsignedFile({ body: text, packets: [await sign(crlf(text))] });
  add('refused', 'another signed text in place of the signature', clearsigned, '{}\n');
  add('refused', 'no signature', '', whole);
  return variants;
}

/** What is at the end of a line before gpgv cuts it. */
const fillers: readonly (readonly [string, string])[] = [
  ['spaces', ' '],
  ['tabs', '\t'],
  ['CRs', '\r'],
  ['form feeds', '\f'],
  ['NULs', '\0'],
  ['vertical tabs', '\v'],
  ['no-break spaces', '\u00a0'],
  ['letters', 'x'],
];
