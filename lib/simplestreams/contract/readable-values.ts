/** Whether MAAS can parse this time: RFC 2822 with weekday and numeric offset, or ISO 8601. */
export function isReadableDate(text: string): boolean {
  const rfc = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) ([\d:]{8}) [+-]\d{4}$/.exec(text);
  if (rfc) return isDay(rfc[3], months.indexOf(rfc[2] ?? '') + 1, rfc[1]) && isTime(rfc[4]);
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([\d:]{8})(?:\.\d{3}(?:\d{3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  return iso !== null && isDay(iso[1], iso[2], iso[3]) && isTime(iso[4] ?? '00:00:00');
}

/** Whether this is a valid `YYYY-MM-DD` date. */
export function isReadableDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  return isDay(year, month, day);
}

/** Whether readers, web servers and object stores all treat this as one plain path segment. */
export function isSafeSegment(text: string): boolean {
  return /^[A-Za-z0-9._~-]+$/.test(text) && !/^\.+$/.test(text);
}

/** What is wrong with a path relative to the mirror, or undefined. */
export function pathFault(path: string): string | undefined {
  if (path.startsWith('/')) return 'is absolute';
  if (path.includes(':')) return 'contains a colon or a scheme';
  const bad = path.split('/').find((segment) => !isSafeSegment(segment));
  return bad === undefined ? undefined : `contains the segment ${JSON.stringify(bad)}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function isDay(year: string | undefined, month: string | number | undefined, day: string | undefined): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function isTime(text: string | undefined): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(text ?? '');
}
