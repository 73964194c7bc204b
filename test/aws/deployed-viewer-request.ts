import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { MiniStack } from './mini-stack';

/** What the emulator holds as the live code of a stack's function. The API is CloudFront's own, whose client we have not. */
export async function deployedViewerRequest({ url }: MiniStack, stack: string): Promise<string> {
  const cloudformation = new CloudFormationClient();
  const { StackResources = [] } = await cloudformation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  cloudformation.destroy();
  const found = StackResources.find(({ ResourceType }) => ResourceType === 'AWS::CloudFront::Function');
  const scope = 'Credential=test/20261120/us-east-1/cloudfront/aws4_request';
  const answer = await fetch(`${url}/2020-05-31/function/${found?.PhysicalResourceId}?Stage=LIVE`, {
    headers: { Authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
  });
  if (!answer.ok) throw new Error(`no code of ${found?.PhysicalResourceId}: ${answer.status} ${await answer.text()}`);
  return answer.text();
}
