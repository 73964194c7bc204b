import type { z } from 'zod';

/** Fields of a build request that were renamed before 0.1.0, and their names since. */
const renamed: Readonly<Record<string, string>> = {
  places: 'sources',
  streamKeyring: 'streamKeyringData (base64)',
  archiveKeyring: 'archiveKeyringData (base64)',
  ca: 'caData (PEM)',
  keyring: 'keyringData (base64)',
};

/** What a message says about fields that an object does not have. */
export function renamedField(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const told = issue.keys.flatMap((key) =>
    Object.hasOwn(renamed, key) ? [`${key} is now called ${renamed[key]}`] : [],
  );
  return told.length === 0 ? undefined : told.join('; ');
}
