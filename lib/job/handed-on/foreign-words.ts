import { z } from 'zod';

/**
 * Shapes of what a build says of itself. It comes from a machine that ran other people's scripts as root, and goes into
 * names, signed documents and messages: each is of known letters and of a known length.
 */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hexadecimal digits');

/** `20261120` or `20261120.1`; that it is no day to come is for those to check who know the time. */
export const serial = z.string().regex(/^\d{8}(?:\.\d{1,6})?$/, 'a serial like 20261120 or 20261120.1');

/** `linux-image-6.8.0-50-generic` */
export const packageName = z
  .string()
  .max(200)
  .regex(/^[a-z0-9][a-z0-9+.-]*$/, 'the name of a package');

/** `1:6.8.0-50.51~22.04+ppa1` */
export const packageVersion = z
  .string()
  .max(200)
  .regex(/^[0-9A-Za-z][0-9A-Za-z.+~:-]*$/, 'the version of a package');

/** `6.8.0-50-generic` */
export const kernelRelease = z
  .string()
  .max(100)
  .regex(/^[0-9][0-9A-Za-z.+~_-]*$/, 'what uname -r says');

/** A word of the catalogue: which ones it has is checked where release and architecture are known. */
export const catalogueWord = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9.-]*$/, 'a word of the catalogue');

/** Addresses and names, in one line. */
export const line = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'one line without control characters');

/** Bytes that S3 takes in one request. */
export const largestObject = 5 * 1024 ** 3;

/** Bytes of a JSON document that is read whole. */
export const largestDocument = 16 * 1024 ** 2;
