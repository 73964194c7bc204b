/**
 * Whether two values are the same in JSON, whatever the order of their members; those that are undefined do not count. It is
 * many times faster than to write both, for the ten thousand versions of a large view.
 */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [members, others] = [membersOf(one), membersOf(other)];
  return members.length === others.length && members.every(([name, each]) => isMember(other, name, each));
}

function isMember(object: object, name: string, value: unknown): boolean {
  return Object.hasOwn(object, name) && sameJson(value, (object as Readonly<Record<string, unknown>>)[name]);
}

function membersOf(object: object): [string, unknown][] {
  return Object.entries(object).filter(([, each]) => each !== undefined);
}
