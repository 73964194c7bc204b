import { sortsAbove } from '../../simplestreams/version-order';

/** The highest of some names, as readers sort them; undefined if there are none. */
export function highest(names: Iterable<string>): string | undefined {
  let top: string | undefined;
  for (const name of names) if (top === undefined || sortsAbove(name, top)) top = name;
  return top;
}
