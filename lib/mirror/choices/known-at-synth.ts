import { Token } from 'aws-cdk-lib';
import { MirrorError } from '../../errors';

/**
 * Refuses tokens, which stand for what only the deployment knows. What a mirror is made of depends on these values, and a
 * token would be taken for a text, or a number, of its own.
 * @param property how messages call it: `views`
 * @param value a value, or objects and lists of values
 * @throws BadInput (misuse) naming the property, down to the field: `views[0].packages[1]`
 */
export function requireKnown(property: string, value: unknown): void {
  if (Token.isUnresolved(value)) throw unknownYet(property);
  if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) requireKnown(`${property}[${at}]`, inner);
  } else if (value !== null && typeof value === 'object') {
    for (const [field, inner] of Object.entries(value)) requireKnown(`${property}.${field}`, inner);
  }
}

function unknownYet(property: string): MirrorError {
  return new MirrorError('BadInput', `the property ${property} needs a value known at synth, and is a token`, {
    hint: 'a token stands for what only the deployment knows, such as a parameter or an attribute of a resource; give the value itself',
    misuse: true,
  });
}
