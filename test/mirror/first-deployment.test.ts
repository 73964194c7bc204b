import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { MaasMirror, type MaasMirrorProps, MirrorSchedule, UbuntuRelease } from '../../lib';
import { everyProp } from './every-prop';
import '../fixtures/needs-seconds';

const scheduled = () => ({ releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY });

it.each<[string, (stack: Stack) => MaasMirrorProps]>([
  ['a mirror that is told nothing', () => ({})],
  ['one with a schedule', scheduled],
  ['one that is told everything', everyProp],
])('the keyring is exported after all other resources of %s: until then its bucket is empty', (_, props) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const mirror = new MaasMirror(stack, 'Mirror', props(stack));
  const { Resources } = Template.fromStack(stack).toJSON();
  const [exported] = ours(Resources).filter((id) => Resources[id].Type === 'Custom::Trigger');

  const others = ours(Resources).filter((id) => id !== exported);
  expect(others.length).toBeGreaterThan(60);
  expect(mirror.node.tryFindChild('ExportKeyring')).toBeDefined();
  expect(Resources[String(exported)].DependsOn.toSorted()).toEqual(others.toSorted());
});

const ours = (resources: object) => Object.keys(resources).filter((id) => id.startsWith('Mirror'));

it.each([
  'us-gov-west-1',
  'cn-north-1',
  'us-iso-east-1',
  'us-isob-east-1',
  'eu-isoe-west-1',
])('refuses the region %s, whose CloudFront cannot serve a mirror', (region) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack', { env: { region } });

  expect(() => new MaasMirror(stack, 'Mirror')).toThrow(
    expect.objectContaining({
      name: 'BadInput',
      misuse: true,
      message: expect.stringContaining(`the stack is in ${region}, where CloudFront cannot serve a mirror\n`),
    }),
  );
});

it.each(['us-east-1', 'eu-central-1', 'ap-southeast-7', 'mx-central-1', undefined])('takes the region %s', (region) => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack', region ? { env: { region } } : {});

  expect(() => new MaasMirror(stack, 'Mirror')).not.toThrow();
});
