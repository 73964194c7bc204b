import { expect, it } from 'vitest';
import { buildPage, executionPage, placeOf } from '../../lib/cloud/console-pages';

it.each([
  ['aws', 'eu-west-1', 'eu-west-1.console.aws.amazon.com'],
  ['aws-cn', 'cn-north-1', 'cn-north-1.console.amazonaws.cn'],
  ['aws-us-gov', 'us-gov-west-1', 'us-gov-west-1.console.amazonaws-us-gov.com'],
  ['aws-new', 'xy-1', 'xy-1.console.aws.amazon.com'],
])('people find executions and builds of the partition %s in its own console', (partition, region, host) => {
  const arnOf = (service: string, rest: string) => `arn:${partition}:${service}:${region}:123456789012:${rest}`;
  const execution = arnOf('states', 'execution:Mirror:noble');

  expect(placeOf(execution)).toEqual({ host, region, account: '123456789012' });
  expect(executionPage(execution)).toBe(
    `https://${host}/states/home?region=${region}#/v2/executions/details/${execution}`,
  );
  expect(buildPage(arnOf('codebuild', 'build/fetch:1-2'), 'fetch:1-2')).toBe(
    `https://${host}/codesuite/codebuild/projects/fetch/build/fetch%3A1-2/log?region=${region}`,
  );
});

it('nothing is known of the place of what is no ARN', () => {
  expect(placeOf('')).toEqual({ host: '.console.aws.amazon.com', region: '', account: '' });
});
