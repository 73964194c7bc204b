/**
 * Whether an HTTP response with this Content-Encoding carries the file's own bytes. S3 sends an empty value; Ceph and
 * others send `aws-chunked`, which only describes how the file was uploaded. Used for build downloads and for reading
 * mirrors.
 */
export function isPlainEncoding(encoding: string | null): boolean {
  const codings = (encoding ?? '').split(',').map((word) => word.trim().toLowerCase());
  return codings.every((coding) => ['', 'identity', 'aws-chunked'].includes(coding));
}
