import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnResource, Stack, Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MaasMirror, MirrorSchedule, UbuntuRelease } from '../../lib';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { everyProp } from './every-prop';
import '../fixtures/needs-seconds';

function configuration(): string {
  const file = join(temporaryFolder(), 'mirror.yaml');
  writeFileSync(
    file,
    'views: { candidate: { releases: [noble] }, debian: { releases: [bookworm] } }\nschedule: daily\n',
  );
  return file;
}

const mirrors: readonly (readonly [string, (stack: Stack) => void])[] = [
  ['that is built on order', (stack) => new MaasMirror(stack, 'Mirror')],
  [
    'of the README',
    (stack) => new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY }),
  ],
  ['of a configuration', (stack) => MaasMirror.fromConfig(stack, 'Mirror', configuration())],
  [
    'with a bucket and a topic of its own',
    (stack) =>
      new MaasMirror(stack, 'Mirror', {
        mirrorBucket: Bucket.fromBucketName(stack, 'Bucket', 'my-mirror'),
        alarmTopic: Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:us-east-1:123456789012:pager'),
      }),
  ],
  ['that is told everything', (stack) => new MaasMirror(stack, 'Mirror', everyProp(stack))],
];

/** What `everyProp` makes to hand it in. */
const notOurs = /^Stack\/(Vpc|Logs|BucketLogs|Pager)\//;

function madeMirror(make: (stack: Stack) => void): App {
  const app = new App({ analyticsReporting: false });
  make(new Stack(app, 'Stack'));
  return app;
}

/** `<rule> <path>` of everything that cdk-nag finds and nobody gives a reason for. */
function findingsIn(app: App): string[] {
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.flatMap(({ constructPath = '?' }) =>
      notOurs.test(constructPath) ? [] : [`${ruleName} ${constructPath}`],
    ),
  );
}

/** The acknowledgements of cdk-nag's rules in a tree (the CDK's Vpc makes some of other rules), each with its reason; `remove` takes it out and returns how to put it back. */
function acknowledgementsIn(app: App) {
  return app.node.findAll().flatMap(({ node }) =>
    node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(data as Record<string, string>)
          .filter(([id]) => !id.startsWith('CloudFormation-Validate::'))
          .map(([id, reason]) => ({
            name: `${id} ${node.path}`,
            reason,
            remove: () => {
              delete data[id];
              return () => {
                data[id] = reason;
              };
            },
          })),
      ),
  );
}

it.each(mirrors)('leaves cdk-nag no finding without a reason, and gives no reason in vain: a mirror %s', (_, make) => {
  const app = madeMirror(make);
  const acknowledged = acknowledgementsIn(app);

  expect(findingsIn(app)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(15);
  for (const { name, reason, remove } of acknowledged) {
    expect(reason.length, name).toBeGreaterThan(30);
    const putBack = remove();
    expect(findingsIn(app), name).not.toEqual([]);
    putBack();
  }
});

it('lets a synthesis with cdk-nag pass', () => {
  const app = madeMirror((stack) => new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] }));
  Validations.of(app).addPlugins(new AwsSolutionsChecks());

  expect(() => app.synth()).not.toThrow();
});

it.each(mirrors)("breaks no rule of CloudFormation's: a mirror %s", (_, make) => {
  expect(brokenRulesOf(madeMirror(make))).toEqual([]);
});

it('refuses a resource that CloudFormation would refuse', () => {
  const app = madeMirror((stack) => {
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
