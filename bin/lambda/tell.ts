import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { openClients } from '../../lib/cloud/clients';
import { failureLetter } from '../../lib/cloud/failure-letter';
import { followExecution } from '../../lib/cloud/follow';
import { topicVariable } from '../../lib/job/environment';

const [sns, clients] = [new SNSClient({ maxAttempts: 6 }), openClients()];

/** What EventBridge says of an execution that has ended; a part of it. */
interface StatusChange {
  readonly detail: {
    readonly name: string;
    readonly executionArn: string;
    readonly status: string;
    /** The order, as JSON; null where it is too long for an event. */
    readonly input?: string | null;
  };
}

/** The Tell function: of an execution that failed, who has subscribed reads what failed and where its log is. */
export async function handler({ detail }: StatusChange): Promise<void> {
  const { name, executionArn: arn } = detail;
  const result = await followExecution(clients, { name, arn });
  const { subject, text } = failureLetter(detail, result);
  await sns.send(new PublishCommand({ TopicArn: process.env[topicVariable], Subject: subject, Message: text }));
}
