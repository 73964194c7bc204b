import { MirrorError } from '../../errors';

/** Of time. */
export type Milliseconds = number;

/**
 * Reads a duration: days, hours and minutes, in this order, each at most once: `3d`, `12h`, `1d12h`, `90m`; or `0`.
 * @throws BadInput (misuse) for anything else, for which maas-images would read zero
 */
export function parseDuration(text: string): Milliseconds {
  const fault = durationFault(text);
  if (fault !== undefined) {
    throw new MirrorError('BadInput', `${JSON.stringify(text)} is not a duration: ${fault}`, {
      hint: 'give days, hours and minutes, such as 3d, 12h, 1d12h or 90m',
      misuse: true,
    });
  }
  const [, days = '0', hours = '0', minutes = '0'] = shape.exec(text) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000;
}

/** The duration in the form that is read: `1d12h`, `0m`. Parts of a minute are dropped. */
export function durationText(milliseconds: Milliseconds): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), 'd'],
    [Math.floor((minutes % 1440) / 60), 'h'],
    [minutes % 60, 'm'],
  ] as const;
  return parts.flatMap(([number, unit]) => (number > 0 ? [`${number}${unit}`] : [])).join('') || '0m';
}

/** What is wrong with a duration, or undefined. */
export function durationFault(text: string): string | undefined {
  if (text === '') return 'it is empty';
  return shape.test(text) ? undefined : 'expected numbers with d, h and m, in this order';
}

const shape = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?$|^0$/;
