/**
 * Whether what is read as the host and path of a web address may be a user and a password with an unescaped slash, which
 * would be shown, and sent to a wrong host: `http://user:12/34@archive.example`. A host with a dot in its name may have an
 * `@` in its path.
 */
export function isAmbiguous(address: string): boolean {
  const [, authority = ''] = /^https?:\/\/([^/?#]*)[/?#][^@]*@/i.exec(address) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return authority.includes(':') && !/[.[]|^localhost(?::|$)/i.test(host);
}

export const ambiguousRule = 'has an @ after its host: write / in a password as %2F, and @ in a path as %40';

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

/** A text that is refused, and may be an address: in the form of a URL, or `user:password@host` without any scheme. */
export function shownText(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/|^[^\n]*:[^\n]*@[^\n]*$/i.test(text) ? shownAddress(text) : text;
}
