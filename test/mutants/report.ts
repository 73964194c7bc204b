import type { Tried } from './record';

export interface Tally {
  readonly noticed: number;
  readonly byTypes: number;
  /** Of the noticed ones, those with which a test did not come to its end. */
  readonly late: number;
  readonly unnoticed: number;
  readonly equivalent: number;
  /** Of those that are not equivalent, how many of a hundred were noticed; 100 where there are none. */
  readonly rate: number;
}

export function tallyOf(tried: readonly Tried[]): Tally {
  const verdicts = tried.flatMap(({ verdict }) => verdict ?? []);
  const noticed = verdicts.filter((one) => one.noticed);
  return {
    noticed: noticed.length,
    byTypes: noticed.filter(({ by }) => by === 'types').length,
    late: noticed.filter(({ late }) => late).length,
    unnoticed: verdicts.length - noticed.length,
    equivalent: tried.length - verdicts.length,
    rate: verdicts.length === 0 ? 100 : (100 * noticed.length) / verdicts.length,
  };
}

export function lineOf(room: string, tried: readonly Tried[]): string {
  const { noticed, byTypes, late, unnoticed, equivalent, rate } = tallyOf(tried);
  const counts = `${noticed} noticed (${byTypes} by the compiler, ${late} by a test that did not end), ${unnoticed} unnoticed, ${equivalent} equivalent`;
  return `${room.padEnd(14)} ${rate.toFixed(1).padStart(5)} %   ${counts}`;
}

/** A change as a difference of lines, with what it takes to try it again. */
export function differenceOf(source: string, { change, name, verdict }: Tried): string {
  const { file, lineNumber, kind, from, to, replacement } = change;
  const start = source.lastIndexOf('\n', from - 1) + 1;
  const next = source.indexOf('\n', to);
  const end = next === -1 ? source.length : next;
  const [before, after] = [source.slice(start, end), source.slice(start, from) + replacement + source.slice(to, end)];
  const tests = verdict === undefined ? '' : `, ${testsOf(verdict)}`;
  return [`${file}:${lineNumber}  ${kind}  --only ${name}${tests}`, ...signed('-', before), ...signed('+', after)].join(
    '\n',
  );
}

function testsOf({ reached, leftOut }: { readonly reached: number; readonly leftOut: number }): string {
  if (reached === 0) return 'no test file that is tried reaches it';
  return `${reached} test files reach it${leftOut > 0 ? `, for ${leftOut} of them there was no time` : ''}`;
}

/** The first lines of a block say which one it is. */
function signed(sign: string, text: string): string[] {
  const lines = text.split('\n');
  const shown = lines.length > 6 ? [...lines.slice(0, 4), '…', lines.at(-1) ?? ''] : lines;
  return shown.map((line) => `  ${sign} ${line}`);
}
