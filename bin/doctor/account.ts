import { buildQuotas, quotaName } from '../../lib/cloud/account/build-quotas';
import { type CloudFrontAnswer, cloudFrontAnswer } from '../../lib/cloud/account/cloudfront';
import { type Identity, identityOf } from '../../lib/cloud/account/identity';
import type { Clients } from '../../lib/cloud/clients';
import { findStack } from '../../lib/cloud/stack-outputs';
import { otherKinds, probedMachines } from '../../lib/job/aws/probe-targets';
import { canHaveSite } from '../../lib/job/aws/regions';
import { counted } from '../terminal/sizes';
import { type Finding, type Tried, tried } from './finding';

/** The owner of the credentials, and the region. */
export function identity({ codebuild }: Clients): Promise<Tried<Identity>> {
  return tried('credentials', () => identityOf(codebuild));
}

export function identityFindings({ account, arn, region }: Identity): Finding[] {
  const found = `account ${account}, region ${region}, as ${arn}`;
  return [{ name: 'credentials', ok: true, found }, ...regionFindings(region)];
}

function regionFindings(region: string): Finding[] {
  if (canHaveSite(region)) return [];
  const found = `${region} lacks CloudFront or CloudFront functions: a mirror cannot be deployed there`;
  return [
    { name: 'region', ok: false, found, hint: 'set AWS_REGION to a region in the aws partition, such as eu-west-1' },
  ];
}

/** Default name of the stack that `cdk bootstrap` creates, and the version that stacks with assets require. */
const toolkitName = 'CDKToolkit';
const leastBootstrap = 6;

export async function bootstrapFinding(clients: Clients, { account, region }: Identity): Promise<Finding> {
  const name = 'bootstrap';
  const toolkit = await tried(name, () => findStack(clients.cloudformation, toolkitName));
  if ('finding' in toolkit) return toolkit.finding;
  const version = Number(toolkit.value?.outputs.BootstrapVersion ?? 0);
  if (version >= leastBootstrap) return { name, ok: true, found: `${toolkitName}, version ${version}` };
  const found =
    toolkit.value === undefined
      ? `stack ${toolkitName} not found in ${region}`
      : `${toolkitName} has version ${version}; version ${leastBootstrap} or later is required`;
  const hint = `run: npx cdk bootstrap aws://${account}/${region} (a bootstrap stack with another name is not detected)`;
  return { name, ok: false, found, hint };
}

/** Default of `maxConcurrency`. */
const usualConcurrency = 5;

/**
 * How many builds may run at once on each kind of machine that a mirror uses.
 * @param hasArm whether it builds on arm machines. @default - not known yet
 */
export async function quotaFindings({ codebuild }: Clients, hasArm?: boolean): Promise<Finding[]> {
  const { x86, arm } = probedMachines;
  const kinds = [x86.kind, ...otherKinds, ...(hasArm === false ? [] : [arm.kind])];
  const quotas = await tried('quotas', () => buildQuotas(codebuild, kinds), {
    AccessDenied: 'allow servicequotas:ListServiceQuotas and servicequotas:ListAWSDefaultServiceQuotas',
  });
  if ('finding' in quotas) return [quotas.finding];
  return kinds.map((kind) => quotaFinding(kind, quotas.value.get(kind), kind === arm.kind && hasArm === undefined));
}

function quotaFinding(kind: string, quota: number | undefined, isPerhapsUnused: boolean): Finding {
  const name = `quota ${kind}`;
  const ask = `request an increase in Service Quotas, AWS CodeBuild, "${quotaName(kind)}"`;
  const unused = isPerhapsUnused ? ' (used only to build arm64)' : '';
  if (quota === undefined) return { name, ok: true, found: `Service Quotas lists no quota for ${kind} in this region` };
  if (quota < 1)
    return { name, ok: isPerhapsUnused, found: `no builds can run on ${kind}${unused}: the quota is 0`, hint: ask };
  const found = `${quota} ${quota === 1 ? 'build' : 'builds'} at once`;
  if (quota >= usualConcurrency) return { name, ok: true, found };
  const hint = `less than maxConcurrency (default: ${usualConcurrency}), so builds wait for each other: set maxConcurrency to ${quota}, or ${ask}`;
  return { name, ok: true, found, hint };
}

export async function cloudFrontFinding({ codebuild }: Clients): Promise<Finding> {
  const name = 'cloudfront';
  const answer = await tried(name, () => cloudFrontAnswer(codebuild), {
    AccessDenied:
      'allow cloudfront:ListDistributions and cloudfront:CreateDistribution, or ignore this result: the deployment will show whether the account is verified',
  });
  return 'finding' in answer ? answer.finding : { name, ...cloudFrontWords(answer.value) };
}

function cloudFrontWords(answer: CloudFrontAnswer): Omit<Finding, 'name'> {
  switch (answer.kind) {
    case 'has':
      return {
        ok: true,
        found: `the account has ${counted(answer.distributions, 'distribution')} and can create more`,
      };
    case 'may':
      return {
        ok: true,
        found:
          'the account can probably create distributions (as expected, AWS rejected only the invalid test distribution)',
      };
    case 'made':
      return {
        ok: false,
        found: `CloudFront created the test distribution ${answer.id} (disabled), although its documentation says that it rejects it`,
        hint: 'delete the distribution, and report this as a bug: the account can create distributions, but this check must not',
      };
    case 'untold':
      return {
        ok: true,
        found: `these credentials cannot create distributions: ${answer.words}`,
        hint: 'a deployment creates them with the bootstrap role, and will show whether AWS has verified the account',
      };
    case 'unverified':
      return {
        ok: false,
        found: `AWS does not let this account create distributions: ${answer.words}`,
        hint: 'ask AWS Support to verify the account for CloudFront before you deploy; otherwise the deployment is rolled back',
      };
  }
}
