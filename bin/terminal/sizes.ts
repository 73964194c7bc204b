/** `212.3 MB`: a megabyte is a million bytes, as for disks and networks. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `212.3 MB`, or `1.9 GB` where there are a thousand megabytes or more. */
export function size(bytes: number): string {
  return bytes < 999_950_000 ? megabytes(bytes) : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `1 product`, `2 products` */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
