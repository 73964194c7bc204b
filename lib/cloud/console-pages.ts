/** Hosts of the AWS console, which differ by partition. */
const consoles: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** URL of an execution in the console. */
export function executionPage(arn: string): string {
  const { host, region } = placeOf(arn);
  return `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

/** URL of a build and its log in the console. @param id `project:uuid` */
export function buildPage(arn: string, id: string): string {
  const { host, region } = placeOf(arn);
  const [project = ''] = id.split(':');
  return `https://${host}/codesuite/codebuild/projects/${project}/build/${encodeURIComponent(id)}/log?region=${region}`;
}

/** The account and region in an ARN. */
export function placeOf(arn: string): { readonly host: string; readonly region: string; readonly account: string } {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { host: `${region}.${consoles[partition] ?? consoles.aws}`, region, account };
}
