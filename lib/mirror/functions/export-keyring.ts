import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';

/**
 * At the first deployment, and whenever Publish or its key is another: who has the keyring early can trust the mirror from
 * its first day. After everything else: a creation that fails before leaves an empty bucket, which the rollback deletes.
 */
export function exportKeyring(mirror: Construct, publish: LambdaFunction): void {
  const others = mirror.node.children;
  new Trigger(mirror, 'ExportKeyring', { handler: publish, executeAfter: others, timeout: Duration.minutes(5) });
}
