import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { MirrorView } from './mirror-view';

/** The name of a secret in a build request: its ARN, or its name if the ARN is not known. Never its value. */
export function nameOfSecret({ secretFullArn, secretName }: ISecret): string {
  return secretFullArn ?? secretName;
}

/** The secrets of these views, without duplicates. */
export function secretsOf(views: readonly MirrorView[]): ISecret[] {
  const all = views.flatMap(({ privateRepositories = [] }) =>
    privateRepositories.map(({ credentials }) => credentials),
  );
  return [...new Map(all.map((secret) => [nameOfSecret(secret), secret])).values()];
}

/** Permissions to read these secrets and no others. */
export function readSecrets(secrets: readonly ISecret[]): PolicyStatement[] {
  const keys = secrets.flatMap(({ encryptionKey }) => (encryptionKey === undefined ? [] : [encryptionKey.keyArn]));
  return [...allow('secretsmanager:GetSecretValue', secrets.map(arnOf)), ...allow('kms:Decrypt', [...new Set(keys)])];
}

function allow(action: string, resources: readonly string[]): PolicyStatement[] {
  return resources.length === 0 ? [] : [new PolicyStatement({ actions: [action], resources: [...resources] })];
}

/** The ARN of a secret that is imported by name lacks the six characters that Secrets Manager appends. */
function arnOf({ secretArn, secretFullArn }: ISecret): string {
  return secretFullArn ?? `${secretArn}-??????`;
}

/** The secrets in a `mirror.yaml`, by name or ARN; one construct for each, even if it is used several times. */
export function namedSecrets(scope: Construct, id: string): (name: string) => ISecret {
  const known = new Map<string, ISecret>();
  return (name) => {
    const secret = known.get(name) ?? imported(scope, `${id}Credentials${known.size + 1}`, name);
    known.set(name, secret);
    return secret;
  };
}

function imported(scope: Construct, id: string, name: string): ISecret {
  return name.startsWith('arn:')
    ? Secret.fromSecretCompleteArn(scope, id, name)
    : Secret.fromSecretNameV2(scope, id, name);
}
