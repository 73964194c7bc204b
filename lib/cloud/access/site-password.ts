import { createHmac, randomBytes } from 'node:crypto';
import { MirrorError } from '../../errors';

/** A site that has access. Its password is not stored anywhere. */
export interface Site {
  readonly name: string;
  /** When its password was created, ISO 8601. */
  readonly since: string;
}

/** @throws BadInput (misuse) for a name that would have to be escaped in a URL */
export function checkSiteName(name: string): void {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(name)) return;
  throw new MirrorError('BadInput', `${JSON.stringify(name)} is not a valid name for a site`, {
    hint: 'use at most 63 lower-case letters, digits, dots, dashes and underscores, such as lab-2',
    misuse: true,
  });
}

/** 192 random bits, in characters that need not be escaped in a URL. */
export function makePassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * The record that the viewer-request function (buildspecs/site/viewer-request.js) compares passwords with:
 * `sha256 <salt> <digest> <since>`. A function at the edge has time for one round of a hash only. That is enough for passwords
 * of 192 random bits, which is why passwords are generated and cannot be chosen.
 */
export function recordOf(password: string, now: Date, salt = randomBytes(16).toString('hex')): string {
  const digest = createHmac('sha256', salt).update(password).digest('hex');
  return `sha256 ${salt} ${digest} ${now.toISOString()}`;
}

export function siteOf(name: string, record: string): Site {
  return { name, since: record.split(' ')[3] ?? 'unknown' };
}
