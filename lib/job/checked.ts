import type { z } from 'zod';
import { MirrorError, withoutPasswords } from '../errors';

/**
 * A value that came from outside, by its schema.
 * @param name how the message calls it: `the order`
 * @throws BadInput (misuse) with the first field that is wrong, its value and every fault found
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const faults = error.issues.map((issue) => [issue.path.join('.'), messageOf(issue)].filter(Boolean).join(': '));
  const [first] = error.issues;
  const seen = seenAt(first?.path ?? [], value) ?? 'nothing';
  throw new MirrorError(
    'BadInput',
    `${name} is wrong: ${faults.join('; ')} (seen: ${shortened(withoutPasswords(seen))})`,
    {
      hint: 'maas-mirror build --help and mirror.schema.json say what there is',
      misuse: true,
    },
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

/** Orders may hold long keys; a message stays on a line. */
const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
