import type { Duration } from 'aws-cdk-lib';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/**
 * The minutes of a duration.
 * @param range accepted values in minutes, and in words for the hint
 * @throws BadInput (misuse) for a fraction of a minute, and for a value outside the range
 */
export function wholeMinutes(property: Path, duration: Duration, range: Range): number {
  const minutes = duration.toMinutes({ integral: false });
  if (Number.isInteger(minutes) && minutes >= range.from && minutes <= range.to) return minutes;
  throw refused(
    property,
    `is ${minutes} minutes`,
    `use whole minutes, from ${range.words}, such as Duration.minutes(45)`,
  );
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly words: string;
}
