import { createHmac, randomBytes } from 'node:crypto';
import { MirrorError } from '../../errors';

/** A site that has access. Its password is not stored anywhere. */
export interface Site {
  readonly name: string;
  /** When its password was created, ISO 8601. */
  readonly since: string;
  /** Views that its password is limited to. @default - it may read the whole mirror */
  readonly views?: readonly string[];
}

/** What a record says in addition to the password. */
interface RecordOptions {
  /** @default - the whole mirror */
  readonly views?: readonly string[];
  /** @default - random */
  readonly salt?: string;
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
 * `sha256 <salt> <digest> <since>`, and ` <view>,<view>` if the password is limited to views; a function of an older release,
 * which would not obey that, takes no record of five words. A function at the edge has time for one round of a hash only. That
 * is enough for passwords of 192 random bits, which is why passwords are generated and cannot be chosen.
 */
export function recordOf(password: string, now: Date, options: RecordOptions = {}): string {
  const { views = [], salt = randomBytes(16).toString('hex') } = options;
  const digest = createHmac('sha256', salt).update(password).digest('hex');
  return ['sha256', salt, digest, now.toISOString(), ...(views.length > 0 ? [views.join(',')] : [])].join(' ');
}

export function siteOf(name: string, record: string): Site {
  const [, , , since = 'unknown', views] = record.split(' ');
  return { name, since, ...(views !== undefined && { views: views.split(',') }) };
}
