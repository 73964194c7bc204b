/* job/aws: for deployed mirrors only: stack outputs, metrics, probes, regions. */

import { MirrorError } from '../../errors';

/**
 * Names of the stack outputs that locate a deployed mirror; the constructs write them, the CLI reads them. The CDK puts the
 * construct's path before a name, and eight digits after it: `MirrorSiteMirrorUrl0F1E2D3C`.
 */
export const stackOutputs = {
  /** Address of the site; views are below it. */
  mirrorUrl: 'MirrorUrl',
  /** Address of the binary keyring. */
  keyringUrl: 'KeyringUrl',
  /** The state machine whose executions build releases. */
  stateMachineArn: 'StateMachineArn',
  mirrorBucketName: 'MirrorBucketName',
  workBucketName: 'WorkBucketName',
  /** The x86 project in which `doctor` runs the probe stage: Prepare's, because its role reads and writes. */
  probeProjectName: 'ProbeProjectName',
} as const;

/** Outputs that only some mirrors have. */
export const optionalStackOutputs = {
  /** ARN of the KeyValueStore with the credentials of the sites. @default - the mirror requires no passwords */
  credentialsStoreArn: 'CredentialsStoreArn',
  /** ARN of the topic for failure notifications and alarms. @default - the stack was deployed by a version without this output */
  topicArn: 'TopicArn',
  /** The function that carries out promotions. @default - the stack was deployed by a version without this output */
  promoteFunctionName: 'PromoteFunctionName',
  /** The function that carries out all other operations. @default - the stack was deployed by a version without this output */
  operateFunctionName: 'OperateFunctionName',
  /** Like probeProjectName, for arm64 (PrepareArm's). @default - the mirror has no arm machines */
  probeProjectNameArm: 'ProbeProjectNameArm',
} as const;

export type StackOutputs = { readonly [name in keyof typeof stackOutputs]: string } & {
  readonly [name in keyof typeof optionalStackOutputs]?: string;
};

/**
 * @param found the outputs of a stack, by key
 * @throws BadFormat naming the missing outputs; BadInput where the stack has one twice
 */
export function stackOutputsOf(found: Readonly<Record<string, string>>, stack: string): StackOutputs {
  const missing = Object.values(stackOutputs).filter((name) => !outputOf(found, name));
  if (missing.length > 0) {
    throw new MirrorError('BadFormat', `the stack ${stack} has no output ${missing.join(', ')}`, {
      hint: 'name the stack of a mirror; if it is one, redeploy it with this version of maas-mirror: npx cdk deploy',
    });
  }
  const values = Object.entries({ ...stackOutputs, ...optionalStackOutputs }).flatMap(([field, name]) => {
    const value = outputOf(found, name);
    return value ? [[field, value]] : [];
  });
  return Object.fromEntries(values) as unknown as StackOutputs;
}

/**
 * @returns undefined where the stack has no output of this name
 * @throws BadInput where it has several: the stack contains more than one mirror
 */
export function outputOf(found: Readonly<Record<string, string>>, name: string): string | undefined {
  const pattern = new RegExp(`^${name}$|${name}[0-9A-F]{8}$`);
  const keys = Object.keys(found).filter((key) => pattern.test(key));
  if (keys.length <= 1) return keys[0] && found[keys[0]];
  throw new MirrorError('BadInput', `the stack has more than one ${name}: ${keys.join(', ')}`, {
    hint: 'these commands need a stack with one mirror; give each mirror its own stack',
    misuse: true,
  });
}
