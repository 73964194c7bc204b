import type { Duration } from 'aws-cdk-lib';
import { MirrorError } from '../../errors';

/**
 * The minutes of a duration.
 * @param property how the message calls it
 * @param range what may be given, in minutes, and in words for the hint
 * @throws BadInput (misuse) for seconds beside whole minutes, and for what the range does not have
 */
export function wholeMinutes(property: string, duration: Duration, range: Range): number {
  const minutes = duration.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= range.from && minutes <= range.to) return minutes;
  throw new MirrorError('BadInput', `the property ${property} is ${minutes} minutes`, {
    hint: `it is whole minutes, from ${range.words}, such as Duration.minutes(45)`,
    misuse: true,
  });
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}
