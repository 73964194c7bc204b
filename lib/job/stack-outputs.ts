import { MirrorError } from '../errors';

/** Names of the outputs by which a deployed stack says where its mirror is; the constructs write them, the CLI reads them. */
export const stackOutputs = {
  /** Address of the site; views lie below it. */
  mirrorUrl: 'MirrorUrl',
  /** Address of the binary keyring. */
  keyringUrl: 'KeyringUrl',
  /** The state machine whose executions build releases. */
  stateMachineArn: 'StateMachineArn',
  mirrorBucketName: 'MirrorBucketName',
  workBucketName: 'WorkBucketName',
  /** A privileged project of amd64 with the stage bundle as its source (the boot test's): `doctor` probes in it. */
  probeProjectName: 'ProbeProjectName',
} as const;

export type StackOutputs = { readonly [name in keyof typeof stackOutputs]: string };

/**
 * @param found the outputs of a stack, by their names
 * @throws BadFormat naming the outputs that the stack does not have
 */
export function stackOutputsOf(found: Readonly<Record<string, string>>, stack: string): StackOutputs {
  const missing = Object.values(stackOutputs).filter((name) => !found[name]);
  if (missing.length > 0) {
    throw new MirrorError('BadFormat', `the stack ${stack} has no output ${missing.join(', ')}`, {
      hint: 'name the stack of a mirror; if it is one, deploy it again with the version of this command: npx cdk deploy',
    });
  }
  return Object.fromEntries(
    Object.entries(stackOutputs).map(([field, name]) => [field, found[name]]),
  ) as unknown as StackOutputs;
}
