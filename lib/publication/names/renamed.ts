import type { Version } from '../../simplestreams/types';

/**
 * A version under another name, in which it remembers where it was built.
 * @param label of the view that knows it as `was`: `labelOf`
 */
export function renamed(version: Version, was: string, name: string, label: string): Version {
  return name === was ? version : { ...version, origin: version.origin ?? `${label}/${was}` };
}
