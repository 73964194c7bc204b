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
  const faults = error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  const [first] = error.issues;
  const seen = JSON.stringify(first?.path.reduce(inside, value)) ?? 'nothing';
  throw new MirrorError(
    'BadInput',
    `${name} is wrong: ${faults.join('; ')} (seen: ${shortened(withoutPasswords(seen))})`,
    {
      hint: 'lib/job/ says which fields there are',
      misuse: true,
    },
  );
}

function inside(value: unknown, key: PropertyKey): unknown {
  return value === null || typeof value !== 'object' ? undefined : (value as Record<PropertyKey, unknown>)[key];
}

/** Orders may hold long keys; a message stays on a line. */
const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
