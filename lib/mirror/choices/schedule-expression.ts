/**
 * What is wrong with an expression, by the rules of the EventBridge Scheduler user guide ("Schedule types"), or undefined.
 * CloudFormation reports it only at deployment, and then rolls back the whole stack.
 */
export function faultOfExpression(expression: string): string | undefined {
  const [kind, words] = partsOf(expression);
  if (kind === 'rate') return faultOfRate(words);
  if (kind === 'at') return faultOfMoment(words);
  if (kind === 'cron') return faultOfCron(words);
  return 'not rate(…), cron(…) or at(…)';
}

function partsOf(expression: string): [kind: string, words: string] {
  const open = expression.indexOf('(');
  if (open === -1 || !expression.endsWith(')')) return ['', ''];
  return [expression.slice(0, open), expression.slice(open + 1, -1)];
}

function faultOfRate(words: string): string | undefined {
  const [value = '', unit = '', ...more] = words.split(' ');
  if (more.length > 0 || !/^[1-9]\d{0,8}$/.test(value)) return 'a rate needs a whole number above 0 and a unit';
  if (/^(minute|hour|day)s?$/.test(unit)) return undefined;
  return `the unit of a rate must be minutes, hours or days, not ${JSON.stringify(unit)}`;
}

function faultOfMoment(words: string): string | undefined {
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(words) ? new Date(`${words}Z`) : undefined;
  // Date reads February 30 as March 2.
  if (moment !== undefined && !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(words)) {
    return undefined;
  }
  return 'at(…) needs an existing date and time, YYYY-MM-DDTHH:MM:SS';
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of its first values. @default - none */
  readonly words?: readonly string[];
  /** Other items that it accepts. @default - none */
  readonly special?: RegExp;
}

const fields: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59 },
  { name: 'hours', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31, special: /^(L|LW|L-\d\d?|([1-9]|[12]\d|3[01])W)$/ },
  {
    ...{ name: 'month', from: 1, to: 12 },
    words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  {
    ...{ name: 'day of the week', from: 1, to: 7, words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
    special: /^(L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
  { name: 'year', from: 1970, to: 2199 },
];

function faultOfCron(words: string): string | undefined {
  const values = words.split(' ');
  if (values.length !== fields.length) {
    return `cron needs ${fields.length} fields (${fields.map(({ name }) => name).join(', ')}), not ${values.length}`;
  }
  const [days, weekdays] = [values[2], values[4]];
  if ((days === '?') === (weekdays === '?')) {
    return 'either the day of the month or the day of the week must be ?, and not both';
  }
  const wrong = fields.findIndex((field, at) => !isValueOf(field, values[at] ?? ''));
  if (wrong === -1) return undefined;
  const { name, from, to } = fields[wrong] as Field;
  return `${JSON.stringify(values[wrong])} is not valid in the field ${name} (${from} to ${to})`;
}

function isValueOf(field: Field, value: string): boolean {
  if (value === '?') return field.special !== undefined; // the days
  return value.split(',').every((item) => isItemOf(field, item.toUpperCase()));
}

/** `*`, `5`, `MON`, `1-5`, and each of them with a step: `0/15`. */
function isItemOf(field: Field, item: string): boolean {
  if (field.special?.test(item)) return true;
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0 || (step !== undefined && !(/^[1-9]\d{0,3}$/.test(step) && Number(step) <= field.to)))
    return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(field, end));
  return ends.length <= 2 && ends.every((end) => end !== undefined && end >= field.from && end <= field.to);
}

function numberOf({ words = [], from }: Field, text: string): number | undefined {
  if (words.includes(text)) return words.indexOf(text) + from;
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
