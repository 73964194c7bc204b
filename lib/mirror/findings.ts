import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Says of something that cdk-nag's AwsSolutions finds in a construct why it is as it is. Needs no cdk-nag.
 * @param finding `S1`, or what `starIn` returns
 */
export function acknowledge(scope: Construct, finding: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${finding}`, reason });
}

/** The finding of a policy that names this resource, which has a star in it: cdk-nag knows no shorter form. */
export function starIn(scope: Construct, arn: string): string {
  return `IAM5[Resource::${flat(Stack.of(scope).resolve(arn))}]`;
}

/** As cdk-nag spells what CloudFormation fills in: `<Bucket83908E77.Arn>/runs/*`. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join('');
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  return `<${String(argument)}>`; // Ref
}
