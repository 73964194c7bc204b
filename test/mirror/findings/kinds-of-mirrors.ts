import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { MaasMirror, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { everyProp } from '../every-prop';

/** Every kind of mirror that a stack can have: what it is, and how it is made. */
export const mirrors: readonly (readonly [string, (stack: Stack) => void])[] = [
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

export function appWith(make: (stack: Stack) => void): App {
  const app = new App({ analyticsReporting: false });
  make(new Stack(app, 'Stack'));
  return app;
}

function configuration(): string {
  const file = join(temporaryFolder(), 'mirror.yaml');
  writeFileSync(
    file,
    'views: { candidate: { releases: [noble] }, debian: { releases: [bookworm] } }\nschedule: daily\n',
  );
  return file;
}
