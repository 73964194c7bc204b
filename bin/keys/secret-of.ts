import { secretFile } from '../../lib/machine/secrets/secret-file';
import type { SecretOf } from '../../lib/stages/sources/source-credentials';

/** Whether stages run on AWS, where other people can read build requests, and credentials are secrets instead of files. */
export function isInCloud(workStore: string): boolean {
  return workStore.startsWith('s3://');
}

/**
 * Reads credentials by their names: from Secrets Manager if the work store is a bucket, else from files of this machine.
 * Each is read once and kept only in memory.
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
  // Loaded on demand, since few builds have such repositories.
  const { repositorySecret } = await import('../../lib/cloud/keys/repository-secret.js');
  return repositorySecret(name);
}
