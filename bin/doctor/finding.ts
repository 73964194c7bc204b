import { type ErrorName, MirrorError, withoutName } from '../../lib/errors';

/** The result of one check. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do. @default - nothing */
  readonly hint?: string;
  /** Name of the error, for programs that read `--json`. @default - no error */
  readonly error?: ErrorName;
}

/** A value, or a finding with the message of its error. */
export type Tried<T> = { readonly value: T } | { readonly finding: Finding; readonly error: MirrorError };

/** @param hints what to do, by names of errors. @default - the hint of the error */
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
    return { finding: { name, ok: false, found: error.message, ...(hint && { hint }), error: error.name }, error };
  }
}

const width = 20;

/** The printed lines; names of errors are only in `--json`. */
export function linesOf({ name, ok, found, hint }: Finding): string[] {
  const [first = '', ...rest] = withoutName(found).split('\n');
  return [
    `${ok ? '✓' : '✗'} ${name.padEnd(width)} ${first}`,
    ...rest.map((line) => `  ${' '.repeat(width)} | ${line}`),
    ...(hint === undefined ? [] : [`  ${' '.repeat(width)} ${hint}`]),
  ];
}
