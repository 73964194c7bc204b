import { MirrorError } from '../../lib/errors';

/** One thing that was tried. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do. @default - nothing */
  readonly hint?: string;
}

/** A value, or what its error says. */
export type Tried<T> = { readonly value: T } | { readonly finding: Finding; readonly error: MirrorError };

/** @param hints what to do, by names of errors. @default - what the error says itself */
export async function tried<T>(
  name: string,
  look: () => Promise<T>,
  hints: { readonly [error: string]: string } = {},
): Promise<Tried<T>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    const hint = hints[error.name] ?? error.hint;
    return { finding: { name, ok: false, found: `${error.name}: ${error.message}`, ...(hint && { hint }) }, error };
  }
}

const width = 20;

/** What is printed of it. */
export function linesOf({ name, ok, found, hint }: Finding): string[] {
  const [first = '', ...rest] = found.split('\n');
  return [
    `${ok ? '✓' : '✗'} ${name.padEnd(width)} ${first}`,
    ...rest.map((line) => `  ${' '.repeat(width)} | ${line}`),
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)} ${hint}`]),
  ];
}
