/**
 * Whether what is read as the host and path of a web address may be a user and a password with an unescaped slash, which
 * would be shown, and sent to a wrong host: `http://user:12/34@archive.example`. A user may have a dot in its name, and a
 * password an `@`, so only localhost and an IPv6 address are hosts for certain. Reads the address as the URL parser does.
 */
export function isAmbiguous(address: string): boolean {
  const [, authority = ''] = /^https?:[/\\]*([^/\\?#]+)[/\\?#].*@/is.exec(address.replace(ignored, '')) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return authority.includes(':') && !/^(?:\[|localhost(?::|$))/i.test(host);
}

/** What the URL parser ignores. */
const ignored = /^[\0- ]+|[\t\n\r]/g;

export const ambiguousRule =
  'may have part of a password as its host: write /, ? and # in a password as %2F, %3F and %23, and @ in a path as %40';

/**
 * An address that is refused, for a message: without all up to its last `@`, since a password need not stand where a valid
 * address has it. It may follow the name of its field: `URIs: http://…`.
 */
export function shownAddress(text: string): string {
  const [scheme = ''] = /^(?:(?:deb|deb-src|[\w-]+:)\s+)?[a-z][a-z0-9+.-]*:\/\//i.exec(text) ?? [];
  const at = text.lastIndexOf('@');
  if (at === -1) return text;
  return (at < scheme.length ? '' : scheme) + text.slice(at + 1);
}

/**
 * A text that is refused, and may be an address, in the form of a URL or `user:password@host` without any scheme; or a
 * stanza with such addresses in its fields.
 */
export function shownText(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return shownAddress(text);
  const fields = text.split(/\n(?![ \t])/); // a password may continue in the next line of its field
  return fields.map((field) => (mayHavePassword(field) ? shownAddress(field) : field)).join('\n');
}

function mayHavePassword(text: string): boolean {
  const colon = text.indexOf(':');
  return colon !== -1 && colon < text.lastIndexOf('@');
}
