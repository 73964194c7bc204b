import { CodeBuildClient } from '@aws-sdk/client-codebuild';

export interface Sent {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client that sends nothing: every request of it has the same answer. AWS_ENDPOINT_URL must not be set. */
export function answeringClient(status: number, body: string, region = 'eu-west-1') {
  const sent: Sent[] = [];
  const handle = async (request: Sent) => {
    sent.push(request);
    return { response: { statusCode: status, body: [Buffer.from(body)] } };
  };
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  return { client: new CodeBuildClient({ region, credentials, requestHandler: { handle } as never }), sent };
}
