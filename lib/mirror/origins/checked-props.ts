import type { Fault } from '../../job/checked';
import type { Path } from '../refusals/property-path';
import { refusedAll } from '../refusals/synth-error';

interface Reader {
  /** The property that a field was made from. */
  readonly propertyOf: (field: readonly PropertyKey[]) => Path;
  /** The property that names a key, below that: `name` of a view. @default - the key is part of the path */
  readonly keyField?: string;
  /** What to do about any fault. */
  readonly hint: string;
}

/**
 * Properties as the schema returns them.
 * @throws BadInput (misuse) with every fault found: the property, its value and the rule
 */
export function checkedProps<T>(
  result: { readonly faults: readonly Fault[] } | { readonly value: T },
  { propertyOf, keyField, hint }: Reader,
): T {
  if ('value' in result) return result.value;
  const faults = result.faults.map(({ path, ofName, rule, seen }) => {
    const property = propertyOf(path);
    if (!ofName) return { path: property, text: `is ${seen}: ${clause(rule)}` };
    if (keyField === undefined) return { path: property, text: `: ${rule}` };
    return { path: [...property, keyField], text: `is ${JSON.stringify(path.at(-1))}: ${clause(rule)}` };
  });
  throw refusedAll(faults, hint);
}

/** A rule is what follows the name of a field: `must be a serial`. */
const clause = (rule: string) => rule.replace(/^(is|has|may|must|cannot) /, 'it $1 ');
