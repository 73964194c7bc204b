import { secretFile } from '../../lib/machine/secrets/secret-file';
import type { SecretOf } from '../../lib/stages/sources/source-credentials';

/** Whether stages run in AWS: others can read orders then, and credentials are secrets there, no files. */
export function isInCloud(workStore: string): boolean {
  return workStore.startsWith('s3://');
}

/**
 * What names of credentials stand for: secrets of Secrets Manager where the work store is a bucket, else files of this
 * machine. Each is read once, and kept in memory only.
 */
export function secretsFor(workStore: string): SecretOf {
  const known = new Map<string, Promise<string>>();
  const read = isInCloud(workStore) ? secretInCloud : secretFile;
  return (name) => {
    const text = known.get(name) ?? read(name);
    known.set(name, text);
    return text;
  };
}

async function secretInCloud(name: string): Promise<string> {
  // Loaded only now: few orders have such repositories.
  const { repositorySecret } = await import('../../lib/cloud/keys/repository-secret.js');
  return repositorySecret(name);
}
