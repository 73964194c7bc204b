import { createHmac, randomBytes } from 'node:crypto';

/** A site that may read, as its KeyValueStore shows it; the password is in no place. */
export interface Site {
  readonly name: string;
  /** When its password was made, ISO 8601. */
  readonly since: string;
}

/** 192 bits in characters that need no escaping in an address. */
export function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * The value that the viewer-request function (buildspecs/site/viewer-request.js) compares passwords with:
 * `sha256 <salt> <digest> <since>`. One round of a hash is enough for passwords of 192 random bits, and all that a
 * function at the edge has time for; that is why nobody may choose a password.
 */
export function recordOf(password: string, now: Date, salt = randomBytes(16).toString('hex')): string {
  const digest = createHmac('sha256', salt).update(password).digest('hex');
  return `sha256 ${salt} ${digest} ${now.toISOString()}`;
}

export function siteOf(name: string, record: string): Site {
  return { name, since: record.split(' ')[3] ?? 'unknown' };
}
