import { z } from 'zod';

/**
 * Shapes of build results. They come from a machine that ran other people's scripts as root, and end up in names, signed
 * documents and messages: characters and lengths are limited.
 */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex');

/** `20261120` or `20261120.1`; checkSelectable refuses days in the future. */
export const serial = z.string().regex(/^\d{8}(?:\.\d{1,6})?$/, 'must be a serial, such as 20261120 or 20261120.1');

/** `linux-image-6.8.0-50-generic` */
export const packageName = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][a-z0-9+.-]*$/, 'must be a package name');

/** `1:6.8.0-50.51~22.04+ppa1` */
export const packageVersion = z
  .string()
  .max(200)
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+~:-]*$/, 'must be a package version');

/** `6.8.0-50-generic` */
export const kernelRelease = z
  .string()
  .max(100)
  .regex(/^[0-9][0-9A-Za-z.+~_-]*$/, 'must be a kernel release, as printed by uname -r');

/** A word of the catalogue; whether the catalogue has it is checked later, by release and architecture. */
export const catalogueWord = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be lower-case letters, digits, dots and dashes');

/** Addresses and names, on one line. */
export const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must be one line without control characters');

/** Bytes. S3 accepts no more in one request. */
export const largestObject = 5 * 1024 ** 3;

/** Bytes. JSON documents are read into memory. */
export const largestDocument = 16 * 1024 ** 2;
