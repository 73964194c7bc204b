import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';

/**
 * Publishes the keyring at the first deployment, and whenever Publish or its key changes, so that sites can install it before
 * the first build. This is the last step: if an earlier one fails, the bucket is still empty and the rollback deletes it.
 */
export function exportKeyring(mirror: Construct, publish: LambdaFunction): void {
  const others = mirror.node.children;
  new Trigger(mirror, 'ExportKeyring', { handler: publish, executeAfter: others, timeout: Duration.minutes(5) });
}
