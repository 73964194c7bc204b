import { z } from 'zod';
import { MirrorError } from '../../errors';

/** User and password of a repository. Only our own proxy and our own HTTP client get them. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * How an order names them, never they themselves: on AWS the name or ARN of a secret of Secrets Manager, on one machine
 * the path of a file. Whoever writes `user:password` here by mistake is told so before it is stored anywhere.
 */
export const CredentialsName = z
  .string()
  .max(512)
  .regex(
    /^(arn:\S+:secretsmanager:\S+|\/[^\n]+|[^\s:]+)$/,
    'the name or ARN of a secret, or the path of a file; never the password itself',
  );

/**
 * What a secret or file holds: `user:password`, which may end in a line feed.
 * @throws BadInput, which shows nothing of it
 */
export function credentialsIn(text: string, name: string): Credentials {
  const [, user, password] = /^([^:\p{Cc}]+):([^\p{Cc}]+)\r?\n?$/u.exec(text) ?? [];
  if (user !== undefined && password !== undefined) return { user, password };
  throw new MirrorError('BadInput', `${name} does not hold the credentials of a repository`, {
    hint: 'its whole content has to be user:password, on one line',
  });
}

/** An address without the user and password that stand in it, and these. */
export function splitAddress(uri: string): { readonly uri: string; readonly credentials?: Credentials } {
  const [, scheme = '', userinfo, rest = ''] = /^([a-z]+:\/\/)([^/]*)@([^/]*(?:\/.*)?)$/i.exec(uri) ?? [];
  if (userinfo === undefined) return { uri };
  const [user = '', ...password] = userinfo.split(':');
  return { uri: scheme + rest, credentials: { user: decoded(user), password: decoded(password.join(':')) } };
}

/** A percent sign that nobody has escaped stands for itself. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}
