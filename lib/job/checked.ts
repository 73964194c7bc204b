import type { z } from 'zod';
import { MirrorError, withoutPasswords } from '../errors';
import { shownText } from '../given-address';

/** How a message names a value: by a word, by a plural, or each field by the option that a user typed. */
export type Named =
  | string
  | { readonly plural: string }
  | { readonly optionOf: (field: string, seen: string) => string };

/**
 * Checks a value from outside against its schema.
 * @param name `the build request`, `{ plural: 'the sources' }`, or what names the option of a field: `--arch`
 * @param hint what to do about it @default - where to find the options
 * @throws BadInput (misuse) with every fault: the field, the rule, and the value found there
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, name: Named, hint = requestHint): T {
  const { success, data, error } = schema.safeParse(value, plainRules);
  if (success) return data;
  const faults = issuesOf(error).map((issue) => faultOf(issue, value, name));
  const text = shortened(faults.join('; '), 3000);
  throw new MirrorError('BadInput', `${subjectOf(name)}${text}`, { hint, misuse: true });
}

/** Rules that a schema has no own words for, so that they read like ours. */
export const plainRules = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code === 'invalid_type') return kinds[issue.expected] && `must be ${kinds[issue.expected]}`;
    if (issue.code === 'invalid_format')
      return `must ${issue.pattern ? `match ${issue.pattern}` : `be ${issue.format}`}`;
    if (issue.code === 'invalid_value') {
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`;
    }
    const isNumber = 'origin' in issue && (issue.origin === 'number' || issue.origin === 'int');
    if (issue.code === 'too_big') return `must ${isNumber ? 'be' : 'have'} at most ${issue.maximum}`;
    if (issue.code !== 'too_small') return undefined;
    return isNumber ? `must be at least ${issue.minimum}` : 'must not be empty';
  },
};

/** What a message calls a type. */
const kinds: Readonly<Record<string, string>> = {
  ...{ string: 'a string', boolean: 'true or false', array: 'a list', object: 'an object with fields' },
  ...{ record: 'an object with fields', number: 'a number', int: 'a whole number' },
};

function subjectOf(name: Named): string {
  if (typeof name === 'string') return `${name} is not valid: `;
  return 'plural' in name ? `${name.plural} are not valid: ` : '';
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
  const { success, data, error } = schema.safeParse(value, plainRules);
  if (success) return { value: data };
  const faults = issuesOf(error).map((issue) => {
    const found = issue.path.reduce(inside, value);
    const rule = shortened(printable(messageOf(issue, found)), 2000);
    return { path: issue.path, ofName: issue.code === 'invalid_key', rule, seen: seenAt(issue, found) };
  });
  return { faults };
}

const issuesOf = ({ issues }: z.ZodError) => issues.filter((issue) => !followsFrom(issue, issues));

/** Whether one of our own rules met a value whose form is wrong, there or inside it: then it proves nothing. */
function followsFrom({ code, path }: z.core.$ZodIssue, issues: readonly z.core.$ZodIssue[]): boolean {
  const isInside = (other: readonly PropertyKey[]) => path.every((key, at) => other[at] === key);
  return code === 'custom' && issues.some((other) => other.code !== 'custom' && isInside(other.path));
}

function faultOf(issue: z.core.$ZodIssue, whole: unknown, name: Named): string {
  const value = issue.path.reduce(inside, whole);
  const [field, rule] = [issue.path.join('.'), messageOf(issue, value)];
  const seen = seenAt(issue, value);
  if (typeof name === 'object' && 'optionOf' in name) {
    return shortened(printable(`invalid ${name.optionOf(field, seen)} ${seen}: ${rule}`), 2000);
  }
  return `${shortened(printable([field, rule].filter(Boolean).join(': ')), 2000)} (got ${seen})`;
}

function seenAt(issue: z.core.$ZodIssue, value: unknown): string {
  if (/-----BEGIN [A-Z ]{0,40}PRIVATE KEY/.test(JSON.stringify(value) ?? '')) return 'a private key';
  return shortened(printable(withoutPasswords(seenIn(issue, value) ?? 'nothing')), 200);
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  // For a bad key, the rule that it breaks; zod's own message says only that it is bad.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join('; ');
  const isUnquoted = typeof value === 'number' && issue.code === 'invalid_type' && issue.expected === 'string';
  return isUnquoted ? `is a number, not a string; put it in quotes: "${asTyped(value)}"` : issue.message;
}

/** A version read as a number has lost its last zero: 26.10 is 26.1. */
const asTyped = (value: number) => (/^\d\d\.\d$/.test(String(value)) ? `${value}0` : String(value));

/** Hides what was given as the name of credentials: it may be the password itself. */
function seenIn(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (isSecret(String(issue.path.at(-1)))) return 'a hidden value';
  if (typeof value === 'number') return String(value); // JSON has no NaN
  const hide = (key: string, inner: unknown) => {
    if (isSecret(key)) return '(hidden)';
    return typeof inner === 'string' ? shownText(inner) : inner;
  };
  const unknownOnes =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key, inside(value, key)]) : undefined;
  return JSON.stringify(unknownOnes === undefined ? value : Object.fromEntries(unknownOnes), hide);
}

const isSecret = (key: string) => /credential|password|secret|token/i.test(key);

function inside(value: unknown, key: PropertyKey): unknown {
  return value === null || typeof value !== 'object' ? undefined : (value as Record<PropertyKey, unknown>)[key];
}

const requestHint = 'maas-mirror build --help and mirror.schema.json list the options';

/** For results of builds. */
export const handedOnHint =
  'no stage of this version returns this: read the log of its build before you build again; nothing was published';

/** Requests may contain long keys; a message stays on one line. */
const shortened = (text: string, longest: number) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Removes control characters: names and values may come from strangers, and would reach the terminal. */
const printable = (text: string) => text.replace(/[\n\t]/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
