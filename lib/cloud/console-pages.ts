/** Pages of AWS's console, which differ by partition. */
const consoles: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Where people see an execution. */
export function executionPage(arn: string): string {
  const { host, region } = placeOf(arn);
  return `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

/** Where people see a build and its log. @param id `project:uuid` */
export function buildPage(arn: string, id: string): string {
  const { host, region } = placeOf(arn);
  const [project = ''] = id.split(':');
  return `https://${host}/codesuite/codebuild/projects/${project}/build/${encodeURIComponent(id)}/log?region=${region}`;
}

/** The account and region of something, by its ARN. */
export function placeOf(arn: string): { readonly host: string; readonly region: string; readonly account: string } {
  const [, partition = '', , region = '', account = ''] = arn.split(':');
  return { host: `${region}.${consoles[partition] ?? consoles.aws}`, region, account };
}
