import { Token } from 'aws-cdk-lib';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/**
 * Refuses tokens, whose values are only known at deployment. The resources of a mirror depend on these values, and a token
 * would be read as a string or a number.
 * @param property its path: `['views']`
 * @param value a value, or objects and lists of values
 * @throws BadInput (misuse) naming the property, down to the field: `views[0].packages[1]`
 */
export function requireKnown(property: Path, value: unknown): void {
  if (Token.isUnresolved(value)) throw unknownUntilDeployment(property);
  if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) requireKnown([...property, at], inner);
  } else if (value !== null && typeof value === 'object') {
    for (const [field, inner] of Object.entries(value)) requireKnown([...property, field], inner);
  }
}

function unknownUntilDeployment(property: Path): Error {
  return refused(
    property,
    'is a token, but must be known at synth',
    'use a literal value; parameters and attributes of resources are only known at deployment',
  );
}
