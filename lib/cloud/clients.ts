/* cloud: AWS at run time, except S3. */

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { SFNClient } from '@aws-sdk/client-sfn';

/** The services that the CLI asks of a deployed mirror. */
export interface Clients extends Disposable {
  readonly cloudformation: CloudFormationClient;
  readonly sfn: SFNClient;
  readonly codebuild: CodeBuildClient;
  readonly logs: CloudWatchLogsClient;
}

/** Region, credentials and endpoint are those of the AWS CLI: its variables and files. */
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
  maxAttempts: 6, // followers of many executions share an account's requests per second
  requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 }, // unset, a lost connection is waited for without end
};
