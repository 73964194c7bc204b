import { ShownLines } from './shown-lines';

/** A stream of a program's output, of which something is kept. */
export interface Collected {
  /** What is kept, without the line end at its end. */
  text(): string;
}

/** The lines that are shown of a program's output, in a transform of execa's; the last megabyte of them is kept. */
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

/** Characters; apt and dpkg say in less what went wrong. */
const shownEnd = 1024 * 1024;

/** All of a program's output, as it is. @param onTooMuch is called once, where it gets larger than what is kept */
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

/** Bytes; all that apt knows of Ubuntu is less. */
export const mostQuiet = 64 * 1024 * 1024;

function withoutLastEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
