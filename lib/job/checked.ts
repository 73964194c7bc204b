import type { z } from 'zod';
import { MirrorError, withoutPasswords } from '../errors';

/**
 * A value that came from outside, by its schema.
 * @param name how the message calls it: `the order`; several things as a plural, `{ plural: 'the sources' }`
 * @param hint what to do about it @default - where to read what can be ordered
 * @throws BadInput (misuse) with the first field that is wrong, its value and every fault found
 */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  name: string | { readonly plural: string },
  hint = orderHint,
): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const faults = error.issues.map((issue) => [issue.path.join('.'), messageOf(issue)].filter(Boolean).join(': '));
  const [first] = error.issues;
  const seen = seenAt(first?.path ?? [], value) ?? 'nothing';
  throw new MirrorError(
    'BadInput',
    `${typeof name === 'string' ? `${name} is` : `${name.plural} are`} wrong: ${shortened(printable(faults.join('; ')), 2000)} (seen: ${shortened(printable(withoutPasswords(seen)), 200)})`,
    { hint, misuse: true },
  );
}

/** Of a key that is not allowed the rule, not that there is one. */
function messageOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join('; ') : issue.message;
}

/** Without what stands where the name of credentials belongs: it may be they themselves. */
function seenAt(path: readonly PropertyKey[], value: unknown): string | undefined {
  if (isSecret(String(path.at(-1)))) return 'not shown';
  const hide = (key: string, inner: unknown) => (isSecret(key) ? 'not shown' : inner);
  return JSON.stringify(path.reduce(inside, value), hide);
}

const isSecret = (key: string) => /credential|password|secret|token/i.test(key);

function inside(value: unknown, key: PropertyKey): unknown {
  return value === null || typeof value !== 'object' ? undefined : (value as Record<PropertyKey, unknown>)[key];
}

const orderHint = 'maas-mirror build --help and mirror.schema.json list the options';

/** Of what builds hand on. */
export const handedOnHint =
  'no stage of this release hands on such a thing: read the log of its build before you build again; nothing of it was published';

/** Orders may hold long keys; a message stays on a line. */
const shortened = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Names of fields and values may be a stranger's, who could speak to the terminal by them. */
const printable = (text: string) => text.replace(/[\n\t]/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
