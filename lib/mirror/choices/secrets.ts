import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { MirrorView } from './mirror-view';

/** What an order calls a secret: its ARN, or its name where that is all that is known. Never what is in it. */
export function nameOfSecret({ secretFullArn, secretName }: ISecret): string {
  return secretFullArn ?? secretName;
}

/** The secrets that these views name, each once. */
export function secretsOf(views: readonly MirrorView[]): ISecret[] {
  const all = views.flatMap(({ privateRepositories = [] }) =>
    privateRepositories.map(({ credentials }) => credentials),
  );
  return [...new Map(all.map((secret) => [nameOfSecret(secret), secret])).values()];
}

/** What one may do who reads these secrets, and no other. */
export function readSecrets(secrets: readonly ISecret[]): PolicyStatement[] {
  const keys = secrets.flatMap(({ encryptionKey }) => (encryptionKey === undefined ? [] : [encryptionKey.keyArn]));
  return [...allow('secretsmanager:GetSecretValue', secrets.map(arnOf)), ...allow('kms:Decrypt', [...new Set(keys)])];
}

function allow(action: string, resources: readonly string[]): PolicyStatement[] {
  return resources.length === 0 ? [] : [new PolicyStatement({ actions: [action], resources: [...resources] })];
}

/** Imported by its name, a secret has an ARN without the six characters that Secrets Manager puts at its end. */
function arnOf({ secretArn, secretFullArn }: ISecret): string {
  return secretFullArn ?? `${secretArn}-??????`;
}

/** The secrets that a `mirror.yaml` names, by name or ARN; each is one construct, however often it is named. */
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
