import { createHmac, randomBytes } from 'node:crypto';
import { MirrorError } from '../../errors';

/** A site that may read. Its password is kept in no place. */
export interface Site {
  readonly name: string;
  /** When its password was made, ISO 8601. */
  readonly since: string;
}

/** @throws BadInput for a name that an address would have to escape */
export function checkSiteName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) return;
  throw new MirrorError('BadInput', `${JSON.stringify(name)} cannot be the name of a site`, {
    hint: 'a name is like lab-2: small letters, digits, dots, dashes and underscores, at most 63',
    misuse: true,
  });
}

/** 192 random bits, in characters that an address need not escape. */
export function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * What the viewer-request function (buildspecs/site/viewer-request.js) compares passwords with:
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
