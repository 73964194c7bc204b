import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignLine, longestLine, printableText } from '../../../lib/machine/output/printable';
import { ShownLines } from '../../../lib/machine/output/shown-lines';

/** What goes wrong in a log or a terminal, among other text. */
const pieces = fc.oneof(
  fc.constantFrom('::', '\n::', '\r', '\n', '\t', '\u001b[2K', '\u001b]0;title\u0007', '\u009b31m', '\u202e', '\u2066'),
  fc.constantFrom('\u0000', '\u0008', '\u007f', '\u0085', '\u2028', '\u061c', '\u001b', '://', '@', ' ', '"', 'é', '𝄞'),
  fc.string({ unit: 'binary' }),
);
const output = fc.array(pieces).map((parts) => Buffer.from(parts.join('')));

function shownOf(chunks: readonly Uint8Array[]): string {
  const lines = new ShownLines();
  return [...chunks.flatMap((chunk) => [...lines.push(chunk)]), ...lines.end()].join('');
}

describe('the shown output of a foreign program', () => {
  it('has nothing that a terminal takes for a command, and no line that begins as progress does', () => {
    fc.assert(
      fc.property(output, (bytes) => {
        const shown = shownOf([bytes]);
        expect(shown).not.toMatch(/(?![\t\n])[\p{Cc}\p{Bidi_C}\u2028\u2029]|^::/mu);
        expect(stripVTControlCharacters(shown)).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same however it comes in pieces', () => {
    fc.assert(
      fc.property(output, fc.integer({ min: 1, max: 5 }), (bytes, size) => {
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        expect(shownOf(chunks)).toBe(shownOf([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('is the output itself where that is plain text', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -9;-~äß–]{0,80}$/)), (lines) => {
        const text = lines.map((line) => `${line}\n`).join('');
        expect(shownOf([Buffer.from(text)])).toBe(text);
      }),
    );
  });

  it.each([
    ['one byte', 'x', 1],
    ['two bytes', 'é', 2],
    ['no UTF-8', Buffer.from([0xff]), 1],
  ])('cuts a line at 64 kB and goes on with the next, where a letter has %s', (_, letter, size) => {
    const long = Buffer.alloc(3 * longestLine, letter);
    const shown = shownOf([Buffer.from('before\n'), long, long, Buffer.from('\nafter\n')]);

    const [before, cut = '', after, ...rest] = shown.split('\n');
    expect([before, after, rest]).toEqual(['before', 'after', ['']]);
    expect(cut).toMatch(/ \[…\]$/);
    const bytes = Buffer.byteLength(cut.slice(0, -' […]'.length));
    expect(bytes).toBeLessThanOrEqual(longestLine);
    expect(bytes).toBeGreaterThan(longestLine - 3 * size);
  });

  it('shows no part of a password that a cut has parted from its end', () => {
    const filler = 'x'.repeat(longestLine - 40);
    const shown = shownOf([Buffer.from(`${filler} http://me:${'s3cret'.repeat(20)}@a.example/ rest\n`)]);

    expect(shown).not.toContain('s3');
    expect(shown).toMatch(/x http \[…\]\n$|x {1,2}\[…\]\n$/);
  });

  it('shows no password that control characters hide from who looks for it', () => {
    expect(foreignLine('http://me:s3c\u001b[0mret\u0000@a.example/x')).toBe('http://a.example/x');
  });

  it('leaves out commands to a terminal whole, not only their first letter', () => {
    const coloured =
      '\u001b[1;31mred\u001b[0m \u001b]8;;http://a.example/\u001b\\link\u001b]8;;\u0007 \u009b2Kend\u001b(B';
    expect(foreignLine(coloured)).toBe('red link end');
  });

  it('keeps what a terminal would show of a line that was overwritten', () => {
    expect(foreignLine('(Reading database ... 5%\r(Reading database ... 100%\r')).toBe('(Reading database ... 100%');
  });

  it('is made printable line by line, and no more than that where it is our own', () => {
    expect(printableText('\u001b[1mone\u001b[0m\n:: two\r\nhttp://me:word@a/')).toBe('one\n:: two\nhttp://me:word@a/');
  });

  it('takes time in proportion to its length, whatever it is made of: else this would not end', () => {
    for (const letter of [
      '\u001b]',
      '\u009d',
      '\u001b[',
      '\u009b0',
      'a://',
      'a',
      '\r',
      '\u202e',
      'a://b',
      '"',
      '://',
    ]) {
      foreignLine(letter.repeat(2 ** 18));
    }
  });
});
