/**
 * Whether an answer with this Content-Encoding is the very bytes of the file: S3 sends an empty one, Ceph and others
 * `aws-chunked`, which says how the file once came to them. lib/store/http/http-encoding.ts says the same for mirrors.
 */
export function isPlain(encoding: string | undefined): boolean {
  const codings = (encoding ?? '').split(',').map((word) => word.trim().toLowerCase());
  return codings.every((coding) => ['', 'identity', 'aws-chunked'].includes(coding));
}
