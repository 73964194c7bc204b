import { z } from 'zod';
import { MirrorError } from '../../errors';
import { unescaped } from '../../unescaped';

/** User name and password of a repository. Only our own proxy and HTTP client receive them. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * The name of credentials in a request, never the credentials: on AWS the name or ARN of a secret in Secrets Manager, on one
 * machine the path of a file. The pattern refuses `user:password`, before it is stored anywhere.
 */
export const CredentialsName = z
  .string()
  .max(512)
  .regex(
    /^(arn:\S+:secretsmanager:\S+|\/[^\n]+|[^\s:]+)$/,
    'must be the name or ARN of a secret, or the path of a file, never the password itself',
  );

/**
 * Parses the content of a secret or file: `user:password`, optionally with a line feed.
 * @throws BadInput, which shows none of it
 */
export function credentialsIn(text: string, name: string): Credentials {
  const [, user, password] = /^([^:\p{Cc}]+):([^\p{Cc}]+)\r?\n?$/u.exec(text) ?? [];
  if (user !== undefined && password !== undefined) return { user, password };
  throw new MirrorError('BadInput', `${name} does not contain repository credentials`, {
    hint: 'its content must be user:password, on one line',
  });
}

/** Splits an address into the address without user name and password, and these. */
export function splitAddress(uri: string): { readonly uri: string; readonly credentials?: Credentials } {
  const [, scheme = '', userinfo, rest = ''] = /^([a-z]+:\/\/)([^/]*)@([^/]*(?:\/.*)?)$/i.exec(uri) ?? [];
  if (userinfo === undefined) return { uri };
  const [user = '', ...password] = userinfo.split(':');
  return { uri: scheme + rest, credentials: { user: unescaped(user), password: unescaped(password.join(':')) } };
}
