/**
 * What is wrong with a path in another stream, or undefined. Readers append it to the stream's address unchanged, so every
 * character of a URL path is allowed, including `+` and `%2B` (RFC 3986 section 3.3). A path that leads out of the stream is
 * not, however it is encoded.
 */
export function foreignPathFault(path: string): string | undefined {
  if (path.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\//.test(path)) return 'has a scheme';
  const bad = path.split('/').find((segment) => !isPlain(segment));
  return bad === undefined ? undefined : `contains the segment ${JSON.stringify(bad)}`;
}

function isPlain(segment: string): boolean {
  if (segment === '' || /[^A-Za-z0-9._~!$&'()*+,;=:@%-]/.test(segment)) return false;
  const meant = decoded(segment);
  return meant !== undefined && !/^\.+$/.test(meant) && !/[/\\\p{Cc}]/u.test(meant);
}

/** As a server decodes it; undefined for an invalid escape, or one that is not UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
