import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { MaasMirror, MirrorSchedule, UbuntuRelease } from '../../lib';
import { run } from '../../lib/machine/run';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { everyProp } from '../mirror/every-prop';
import { emulatorVenv } from './mini-stack';

it.each<[string, (stack: Stack) => void]>([
  ['that is built on order', (stack) => new MaasMirror(stack, 'Mirror')],
  [
    'of the README',
    (stack) => new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY }),
  ],
  ['with every property', (stack) => new MaasMirror(stack, 'Mirror', everyProp(stack))],
])('leaves cfn-lint nothing to say of a mirror %s', async (_, make) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  make(stack);
  const file = join(temporaryFolder(), 'template.json');
  writeFileSync(file, JSON.stringify(Template.fromStack(stack)));

  // W3005: the CDK says some dependencies twice, of which nothing comes
  await expect(
    run([join(await emulatorVenv(), 'bin/cfn-lint'), '--format', 'parseable', '--ignore-checks', 'W3005', '--', file], {
      quiet: true,
    }),
  ).resolves.toBeDefined();
});
