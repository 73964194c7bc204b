import type { z } from 'zod';
import { MirrorError, withoutPasswords } from '../errors';

/**
 * A value that came from outside, by its schema.
 * @param name how the message calls it: `the order`; several things as a plural, `{ plural: 'the sources' }`
 * @param hint what to do about it @default - where to read what can be ordered
 * @throws BadInput (misuse) with every fault found: its field, the rule, and the value seen there
 */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  name: string | { readonly plural: string },
  hint = requestHint,
): T {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const faults = issuesOf(error).map((one) => faultOf(one, value));
  const subject = typeof name === 'string' ? `${name} is` : `${name.plural} are`;
  throw new MirrorError('BadInput', `${subject} wrong: ${shortened(faults.join('; '), 3000)}`, { hint, misuse: true });
}

/** What is wrong with one field. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** Whether the name of the field is wrong, not its value. */
  readonly ofName: boolean;
  readonly rule: string;
  /** The value, shortened; without credentials. */
  readonly seen: string;
}

/** The same as `checked`, for callers whose fields have other names: what is wrong, or the value as the schema reads it. */
export function faultsOrValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly faults: readonly Fault[] } | { readonly value: T } {
  const { success, data, error } = schema.safeParse(value);
  if (success) return { value: data };
  const faults = issuesOf(error).map((issue) => {
    const found = issue.path.reduce(inside, value);
    const rule = shortened(printable(messageOf(issue, found)), 2000);
    return { path: issue.path, ofName: issue.code === 'invalid_key', rule, seen: seenAt(issue, found) };
  });
  return { faults };
}

const issuesOf = ({ issues }: z.ZodError) => issues.filter((issue) => !followsFrom(issue, issues));

/** A rule of ours that was asked of something whose form is wrong, there or inside it: what it says need not be true. */
function followsFrom({ code, path }: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  const isInside = (other: readonly PropertyKey[]) => path.every((key, at) => other[at] === key);
  return code === 'custom' && issues.some((other) => other.code !== 'custom' && isInside(other.path));
}

function faultOf(issue: z.core.$ZodIssue, whole: unknown): string {
  const value = issue.path.reduce(inside, whole);
  const fault = [issue.path.join('.'), messageOf(issue, value)].filter(Boolean).join(': ');
  return `${shortened(printable(fault), 2000)} (seen: ${seenAt(issue, value)})`;
}

function seenAt(issue: z.core.$ZodIssue, value: unknown): string {
  return shortened(printable(withoutPasswords(seenIn(issue, value) ?? 'nothing')), 200);
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  // Of a key that is not allowed the rule, not that there is one.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  const isUnquoted = typeof value === 'number' && issue.code === 'invalid_type' && issue.expected === 'string';
  return isUnquoted ? `is a number, not a string; put it in quotes: "${asTyped(value)}"` : issue.message;
}

/** Of a version the number has lost its last zero: 26.10 is read as 26.1. */
const asTyped = (value: number) => (/^\d\d\.\d$/.test(String(value)) ? `${value}0` : String(value));

/** Without what stands where the name of credentials belongs: it may be they themselves. */
function seenIn(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (isSecret(String(issue.path.at(-1)))) return 'not shown';
  if (typeof value === 'number') return String(value); // JSON has no NaN
  const hide = (key: string, inner: unknown) => (isSecret(key) ? 'not shown' : inner);
  const unknownOnes =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key, inside(value, key)]) : undefined;
  return JSON.stringify(unknownOnes === undefined ? value : Object.fromEntries(unknownOnes), hide);
}

const isSecret = (key: string) => /credential|password|secret|token/i.test(key);

function inside(value: unknown, key: PropertyKey): unknown {
  return value === null || typeof value !== 'object' ? undefined : (value as Record<PropertyKey, unknown>)[key];
}

const requestHint = 'maas-mirror build --help and mirror.schema.json list the options';

/** Of what builds hand on. */
export const handedOnHint =
  'no stage of this release hands on such a thing: read the log of its build before you build again; nothing of it was published';

/** Orders may hold long keys; a message stays on a line. */
const shortened = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Names of fields and values may be a stranger's, who could speak to the terminal by them. */
const printable = (text: string) => text.replace(/[\n\t]/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
