/**
 * Whether an answer with this Content-Encoding is the very bytes of the object: S3 sends an empty one, Ceph and others
 * `aws-chunked`, which says how the object once came to them. lib/machine/download/plain-encoding.ts says the same of
 * what builds download.
 */
export function isPlain(encoding: string | null): boolean {
  const codings = (encoding ?? '').split(',').map((word) => word.trim().toLowerCase());
  return codings.every((coding) => ['', 'identity', 'aws-chunked'].includes(coding));
}
