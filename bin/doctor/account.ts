import { buildQuotas, quotaName } from '../../lib/cloud/account/build-quotas';
import { type CloudFrontAnswer, cloudFrontAnswer } from '../../lib/cloud/account/cloudfront';
import { type Identity, identityOf } from '../../lib/cloud/account/identity';
import type { Clients } from '../../lib/cloud/clients';
import { findStack } from '../../lib/cloud/stack-outputs';
import { otherKinds, probedMachines } from '../../lib/job/aws/probe-targets';
import { canHaveSite } from '../../lib/job/aws/regions';
import { type Finding, type Tried, tried } from './finding';

/** Whose credentials they are, and in which region they are used. */
export function identity({ codebuild }: Clients): Promise<Tried<Identity>> {
  return tried('credentials', () => identityOf(codebuild));
}

export function identityFindings({ account, arn, region }: Identity): Finding[] {
  const found = `account ${account}, region ${region}, as ${arn}`;
  return [{ name: 'credentials', ok: true, found }, ...regionFindings(region)];
}

function regionFindings(region: string): Finding[] {
  if (canHaveSite(region)) return [];
  const found = `${region} has no CloudFront, or none with functions: a mirror cannot be deployed there`;
  return [
    { name: 'region', ok: false, found, hint: 'set AWS_REGION to a region of the partition aws, such as eu-west-1' },
  ];
}

/** Name of the stack that `cdk bootstrap` makes unless it is told another, and the version that stacks with assets need. */
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
      ? `there is no stack ${toolkitName} in ${region}`
      : `${toolkitName} has version ${version}`;
  const hint = `npx cdk bootstrap aws://${account}/${region}; a bootstrap stack of another name is not looked for`;
  return { name, ok: false, found, hint };
}

/** `maxConcurrency` unless it is set. */
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
  const ask = `ask for more in Service Quotas, AWS CodeBuild, "${quotaName(kind)}"`;
  const unused = isPerhapsUnused ? ' (only builds of arm64 use it)' : '';
  if (quota === undefined) return { name, ok: true, found: `Service Quotas says nothing of ${kind} in this region` };
  if (quota < 1)
    return { name, ok: isPerhapsUnused, found: `no build may run on ${kind}${unused}: the quota is 0`, hint: ask };
  const found = `${quota} ${quota === 1 ? 'build' : 'builds'} at once`;
  if (quota >= usualConcurrency) return { name, ok: true, found };
  const hint = `less than maxConcurrency, which is ${usualConcurrency} unless it is set: builds wait for each other. Set it to ${quota}, or ${ask}`;
  return { name, ok: true, found, hint };
}

export async function cloudFrontFinding({ codebuild }: Clients): Promise<Finding> {
  const name = 'cloudfront';
  const answer = await tried(name, () => cloudFrontAnswer(codebuild), {
    AccessDenied: 'allow cloudfront:ListDistributions and cloudfront:CreateDistribution, or find out by a deployment',
  });
  return 'finding' in answer ? answer.finding : { name, ...cloudFrontWords(answer.value) };
}

function cloudFrontWords(answer: CloudFrontAnswer): Omit<Finding, 'name'> {
  switch (answer.kind) {
    case 'has':
      return { ok: true, found: `the account has distributions (${answer.distributions}), so it may have them` };
    case 'may':
      return { ok: true, found: 'the account is not refused distributions (an invalid one was refused as invalid)' };
    case 'made':
      return {
        ok: false,
        found: `CloudFront has created the distribution ${answer.id} (disabled), though its documentation says that it refuses it`,
        hint: 'delete it, and report this: the account may have distributions, but this check must not create one',
      };
    case 'untold':
      return {
        ok: true,
        found: `these credentials may not create distributions: ${answer.words}`,
        hint: 'a deployment creates them with the bootstrap role, and will show whether AWS has verified the account',
      };
    case 'unverified':
      return {
        ok: false,
        found: `AWS refuses this account new distributions: ${answer.words}`,
        hint: 'ask AWS Support to verify the account for CloudFront, and deploy once that is done: the deployment would be rolled back',
      };
  }
}
