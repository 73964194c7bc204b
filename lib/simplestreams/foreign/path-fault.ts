/**
 * What is wrong with a path in a stream of others, or undefined. Readers put it behind the address of the stream as it
 * is, so all that may stand in the path of an address is legal, `+` and `%2B` too (RFC 3986 section 3.3); what leads
 * elsewhere is not, however it is written.
 */
export function foreignPathFault(path: string): string | undefined {
  if (path.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\//.test(path)) return 'has a scheme';
  const bad = path.split('/').find((segment) => !isPlain(segment));
  return bad === undefined ? undefined : `holds the segment ${JSON.stringify(bad)}`;
}

function isPlain(segment: string): boolean {
  if (segment === '' || /[^A-Za-z0-9._~!$&'()*+,;=:@%-]/.test(segment)) return false;
  const meant = decoded(segment);
  return meant !== undefined && !/^\.+$/.test(meant) && !/[/\\\p{Cc}]/u.test(meant);
}

/** As a server reads it; undefined where a % is no escape, or they are no UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
