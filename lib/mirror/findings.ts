import { CfnResource, Stack, Validations } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

/**
 * Acknowledges a finding of cdk-nag's AwsSolutions in a construct. Does not depend on cdk-nag.
 * @param scope a role, for findings in its policy, or the construct of one resource
 * @param finding `S1`, or what `starIn` returns
 */
export function acknowledge(scope: Construct, finding: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${finding}`, reason }); // read by cdk-nag 3
  for (const resource of resourcesOf(scope)) suppress(resource, finding, reason);
}

/** The finding for a statement whose resource is this ARN with a wildcard: cdk-nag has no shorter form. */
export function starIn(scope: Construct, arn: string): string {
  return `IAM5[Resource::${flat(Stack.of(scope).resolve(arn))}]`;
}

/** As cdk-nag writes values that CloudFormation fills in: `<Bucket83908E77.Arn>/runs/*`. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join('');
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  return `<${String(argument)}>`; // Ref
}

/** cdk-nag 2 finds wildcards in the policy of a role, all else in the resource itself. */
function resourcesOf({ node }: Construct): CfnResource[] {
  const resource: IConstruct | undefined = (node.tryFindChild('DefaultPolicy') ?? { node }).node.defaultChild;
  return CfnResource.isCfnResource(resource) ? [resource] : [];
}

interface Suppression {
  readonly id: string;
  readonly reason: string;
  readonly applies_to?: readonly string[];
}

/** In the metadata that cdk-nag 2 reads, as its NagSuppressions writes them. */
function suppress(resource: CfnResource, finding: string, reason: string): void {
  const [, rule = finding, only] = /^(\w+)\[(.*)\]$/.exec(finding) ?? [];
  const known = resource.getMetadata('cdk_nag') as { readonly rules_to_suppress: readonly Suppression[] } | undefined;
  const one: Suppression = { id: `AwsSolutions-${rule}`, reason, ...(only !== undefined && { applies_to: [only] }) };
  resource.addMetadata('cdk_nag', { rules_to_suppress: [...(known?.rules_to_suppress ?? []), one] });
}
