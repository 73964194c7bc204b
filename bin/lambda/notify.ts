import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { openClients } from '../../lib/cloud/clients';
import { failureNotification } from '../../lib/cloud/follow/failure-notification';
import { followExecution } from '../../lib/cloud/follow/follow';
import { failureMeasured } from '../../lib/job/aws/metrics';
import { isProbeInput } from '../../lib/job/aws/probe-targets';
import { topicVariable } from '../../lib/job/environment';
import { errorOf, isNotReady } from '../../lib/job/not-ready';

const [sns, clients] = [new SNSClient({ maxAttempts: 6 }), openClients()];

/** EventBridge's event about an ended execution, as far as it is used. */
interface StatusChange {
  readonly detail: {
    readonly name: string;
    readonly executionArn: string;
    readonly stateMachineArn: string;
    /** `FAILED`, `TIMED_OUT` or `ABORTED`. */
    readonly status: string;
    /** The build request as JSON; null if it is too long for an event. */
    readonly input?: string | null;
  };
}

/**
 * The Notify function: notifies subscribers of a failed execution, with what failed and where its log is. No notification
 * is sent if upstream was mid-update, since the next check tries again, or if `maas-mirror doctor` started the execution,
 * since it reports the result itself.
 */
export async function handler({ detail }: StatusChange): Promise<void> {
  const { name, executionArn: arn, stateMachineArn, status } = detail;
  if (isProbeInput(detail.input)) {
    console.log(`${name}: no notification, since maas-mirror doctor started it`);
    return;
  }
  const result = await followExecution(clients, { name, arn });
  const isQuiet = status === 'FAILED' && isNotReady(result);
  // Before the notification, so that the alarm goes off even if the notification cannot be sent.
  const failed = status === 'FAILED' && !isQuiet ? 1 : 0;
  console.log(JSON.stringify(failureMeasured({ stateMachineArn, at: new Date(), failed })));
  if (isQuiet) {
    console.log(`${name}: no notification, since upstream was not ready: ${result.failures.map(errorOf).join('; ')}`);
    return;
  }
  const { subject, text } = failureNotification(detail, result);
  await sns.send(new PublishCommand({ TopicArn: process.env[topicVariable], Subject: subject, Message: text }));
}
