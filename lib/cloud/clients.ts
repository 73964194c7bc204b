/* cloud: AWS at run time, except S3. */

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { SFNClient } from '@aws-sdk/client-sfn';

/** Clients for the services of a deployed mirror that the CLI uses. */
export interface Clients extends Disposable {
  readonly cloudformation: CloudFormationClient;
  readonly sfn: SFNClient;
  readonly codebuild: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
}

/** Uses the region, credentials and endpoint of the AWS CLI: its variables and files. */
export function openClients(): Clients {
  const clients = {
    cloudformation: new CloudFormationClient(settings),
    sfn: new SFNClient(settings),
    codebuild: new CodeBuildClient(settings),
    logs: new CloudWatchLogsClient(settings),
  };
  return {
    ...clients,
    [Symbol.dispose]: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

const settings = {
  maxAttempts: 6, // many followed executions share the account's request limits
  requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 }, // the SDK's default waits forever for a lost connection
};
