import { ShownLines } from './shown-lines';

/** A stream of a program's output, kept in full or in part. */
export interface Collected {
  /** The kept part, without the final line end. */
  text(): string;
}

/** An execa transform that makes a program's output safe to print and keeps its last megabyte. */
export function shownOutput() {
  const lines = new ShownLines();
  let last: string[] = [];
  let length = 0;
  const keep = (these: Iterable<string>): string => {
    const text = [...these].join('');
    last.push(text);
    length += text.length;
    while (length - (last[0]?.length ?? 0) > shownEnd) length -= last.shift()?.length ?? 0;
    return text;
  };
  const transform = {
    binary: true,
    *transform(chunk: unknown): Generator<string> {
      yield keep(lines.push(chunk as Uint8Array));
    },
    *final(): Generator<string> {
      yield keep(lines.end());
    },
  } as const;
  const text = () => {
    last = [last.join('').slice(-shownEnd)];
    return withoutLastEnd(last[0] ?? '');
  };
  return { transform, text } satisfies Collected & { transform: unknown };
}

/** Characters; error messages of apt and dpkg are shorter. */
const shownEnd = 1024 * 1024;

/** Keeps all of a program's output, unchanged. @param onTooMuch called once if it exceeds the limit */
export function quietOutput(onTooMuch: () => void) {
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    const isTooMuch = length + chunk.length > mostQuiet;
    if (isTooMuch && length <= mostQuiet) onTooMuch();
    length += chunk.length;
    if (!isTooMuch) chunks.push(chunk);
  };
  return { take, text: () => withoutLastEnd(Buffer.concat(chunks).toString()) } satisfies Collected & { take: unknown };
}

/** Bytes; apt's lists for all of Ubuntu are smaller. */
export const mostQuiet = 64 * 1024 * 1024;

function withoutLastEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
