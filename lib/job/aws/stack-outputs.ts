/* job/aws: what only a deployed mirror has: stack outputs, metrics, probes, regions. */

import { MirrorError } from '../../errors';

/**
 * Names of the outputs by which a deployed stack says where its mirror is; the constructs write them, the CLI reads them.
 * The CDK writes the path of the construct before a name and eight digits behind it: `MirrorSiteMirrorUrl0F1E2D3C`.
 */
export const stackOutputs = {
  /** Address of the site; views lie below it. */
  mirrorUrl: 'MirrorUrl',
  /** Address of the binary keyring. */
  keyringUrl: 'KeyringUrl',
  /** The state machine whose executions build releases. */
  stateMachineArn: 'StateMachineArn',
  mirrorBucketName: 'MirrorBucketName',
  workBucketName: 'WorkBucketName',
  /** The project of x86 that executions of `doctor` run the probe stage in: Prepare's, whose role reads and writes. */
  probeProjectName: 'ProbeProjectName',
} as const;

/** Outputs that only some mirrors have. */
export const optionalStackOutputs = {
  /** ARN of the KeyValueStore with the credentials of the sites. @default - the mirror asks for no passwords */
  credentialsStoreArn: 'CredentialsStoreArn',
  /** ARN of the topic of failures and alarms, to subscribe to. @default - the stack was deployed by a release that had no such output */
  topicArn: 'TopicArn',
  /** The same as probeProjectName, of arm64 (PrepareArm's). @default - the mirror has no arm machines */
  probeProjectNameArm: 'ProbeProjectNameArm',
} as const;

export type StackOutputs = { readonly [name in keyof typeof stackOutputs]: string } & {
  readonly [name in keyof typeof optionalStackOutputs]?: string;
};

/**
 * @param found the outputs of a stack, by their keys
 * @throws BadFormat naming the outputs that the stack does not have; BadInput where it has some twice
 */
export function stackOutputsOf(found: Readonly<Record<string, string>>, stack: string): StackOutputs {
  const missing = Object.values(stackOutputs).filter((name) => !outputOf(found, name));
  if (missing.length > 0) {
    throw new MirrorError('BadFormat', `the stack ${stack} has no output ${missing.join(', ')}`, {
      hint: 'name the stack of a mirror; if it is one, deploy it again with the version of this command: npx cdk deploy',
    });
  }
  const values = Object.entries({ ...stackOutputs, ...optionalStackOutputs }).flatMap(([field, name]) => {
    const value = outputOf(found, name);
    return value ? [[field, value]] : [];
  });
  return Object.fromEntries(values) as unknown as StackOutputs;
}

/**
 * @returns undefined where there is no output of this name
 * @throws BadInput where there are several: the stack holds more than one mirror
 */
export function outputOf(found: Readonly<Record<string, string>>, name: string): string | undefined {
  const pattern = new RegExp(`^${name}$|${name}[0-9A-F]{8}$`);
  const keys = Object.keys(found).filter((key) => pattern.test(key));
  if (keys.length <= 1) return keys[0] && found[keys[0]];
  throw new MirrorError('BadInput', `the stack has more than one ${name}: ${keys.join(', ')}`, {
    hint: 'these commands work on stacks that hold one mirror; give each a stack of its own',
    misuse: true,
  });
}
