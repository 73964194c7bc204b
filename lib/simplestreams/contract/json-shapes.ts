import { broken, type Violation } from './contract-rules';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object; none if the value is not an object. */
export function membersOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

export function isEmpty(value: unknown): boolean {
  return membersOf(value).length === 0;
}

/** The value as JSON, shortened for a message. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Checks fields that must be non-empty strings. */
export function* checkRequired(object: JsonObject, fields: readonly string[], where: string): Generator<Violation> {
  for (const field of fields) {
    const value = object[field];
    if (value === undefined || value === '') yield broken('field-missing', where, `${field} is missing`);
    else yield* checkOptional(object, [field], where);
  }
}

/** Checks fields that must be strings if they are present. */
export function* checkOptional(object: JsonObject, fields: readonly string[], where: string): Generator<Violation> {
  for (const field of fields) {
    const value = object[field];
    if (value === undefined || typeof value === 'string') continue;
    yield broken('field-not-string', where, `${field} is ${shown(value)}`);
  }
}
