import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, CfnResource } from 'aws-cdk-lib';
import { expect, it, onTestFinished, vi } from 'vitest';
import { appWith, mirrors } from './kinds-of-mirrors';
import '../../fixtures/needs-minutes';

it.each(mirrors)("breaks no rule of CloudFormation's: a mirror %s", (_, make) => {
  expect(brokenRulesOf(appWith(make))).toEqual([]);
});

it('refuses a resource that CloudFormation would refuse', () => {
  const app = appWith((stack) => {
    new CfnResource(stack, 'Broken', { type: 'AWS::S3::Bucket', properties: { BucketNames: 'one' } });
  });

  expect(brokenRulesOf(app)).not.toEqual([]);
});

/** What the CDK's own checker finds, which other tests go without (test/runner/settings.ts). */
function brokenRulesOf(app: App): readonly unknown[] {
  vi.stubEnv('CDK_VALIDATION', 'true');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { directory } = app.synth();
  return JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')).pluginReports;
}
