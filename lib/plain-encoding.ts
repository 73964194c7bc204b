/**
 * Whether an answer over HTTP with this Content-Encoding is the very bytes of the file: S3 sends an empty one, Ceph and
 * others `aws-chunked`, which says how the file once came to them. Both what is downloaded for builds and mirrors that
 * are read hold to it.
 */
export function isPlainEncoding(encoding: string | null): boolean {
  const codings = (encoding ?? '').split(',').map((word) => word.trim().toLowerCase());
  return codings.every((coding) => ['', 'identity', 'aws-chunked'].includes(coding));
}
