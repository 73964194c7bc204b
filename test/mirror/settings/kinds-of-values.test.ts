import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { MaasMirror, type MaasMirrorProps, MirrorSchedule, SigningKey, UbuntuRelease } from '../../../lib';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const noble = UbuntuRelease.NOBLE;
const newStack = () => new Stack(new App({ analyticsReporting: false }), 'Stack');

/** As JavaScript hands it in. */
function made(props: object | ((stack: Stack) => object)): MaasMirror {
  const stack = newStack();
  const given = typeof props === 'function' ? props(stack) : props;
  return new MaasMirror(stack, 'Mirror', { releases: [noble], ...given } as MaasMirrorProps);
}

const refusal = (message: RegExp, hint: RegExp) =>
  expect.objectContaining({
    misuse: true,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });

describe('refuses from JavaScript, naming the property, what was given and what to give:', () => {
  it.each<[string, object | ((stack: Stack) => object), RegExp, RegExp]>([
    ['a word as schedule', { schedule: 'daily' }, /^schedule is "daily"\n/, /MirrorSchedule\.of\("daily"\)/],
    ['null as schedule', { schedule: null }, /^schedule is null\n/, /MirrorSchedule\.of/],
    [
      'a key of KMS as signing key',
      (stack) => ({ signingKey: new Key(stack, 'Key') }),
      /^signingKey is an object of class aws-cdk-lib\.aws_kms\.Key \(Stack\/Key\)\n/,
      /SigningKey\.kms\(key\)/,
    ],
    [
      'a class as signing key',
      { signingKey: SigningKey },
      /signingKey is the function or class SigningKey\n/,
      /kms\(key/,
    ],
    ['minutes as stageTimeout', { stageTimeout: 60 }, /^stageTimeout is 60\n/, /Duration\.minutes/],
    ['a word as release', { releases: ['noble'] }, /releases\[0\] is "noble"\n/, /UbuntuRelease\.of\("noble"\)/],
    ['a word as releases', { releases: 'noble' }, /^releases is "noble"\n/, /use a list/],
    ['a word as architecture', { architectures: ['arm64'] }, /architectures\[0\] is "arm64"/, /Architecture\.of\("arm/],
    ['a word as kernel', { kernels: ['ga'] }, /kernels\[0\] is "ga"/, /KernelFlavour\.of\("ga"\)/],
    [
      'a release as kernel of a view',
      { views: [{ name: 'a', releases: [noble], optionalKernels: [noble] }] },
      /views\[0\]\.optionalKernels\[0\] is an object of class UbuntuRelease\n/,
      /KernelFlavour\.of/,
    ],
    [
      'minutes as bootTimeout of a view',
      { views: [{ name: 'a', releases: [noble], bootTimeout: 45 }] },
      /views\[0\]\.bootTimeout is 45\n/,
      /Duration\.minutes/,
    ],
  ])('%s', (_, props, message, hint) => {
    expect(() => made(props)).toThrow(refusal(message, hint));
  });

  it('a schedule that is no text, or a word that is none', () => {
    for (const word of ['nonsense', 'constructor', 5 as unknown as string]) {
      expect(() => MirrorSchedule.of(word)).toThrow(refusal(/^schedule is /, /HOURLY, DAILY or WEEKLY/));
    }
  });
});

it.each([
  [Duration.hours(4), /^views\[0\]\.bootTimeout is 240 minutes\n/],
  [Duration.seconds(90), /is 1\.5 minutes\n/],
  [Duration.minutes(0), /is 0 minutes\n/],
])('refuses a bootTimeout of %s in minutes, with a hint for properties', (bootTimeout, message) => {
  const views = [{ name: 'a', releases: [noble], bootTimeout }];

  expect(() => made({ releases: undefined, views })).toThrow(
    refusal(message, /whole minutes, from 1 minute to 180 minutes/),
  );
});

it('refuses other properties of a view with a hint for properties, not for the command line', () => {
  const views = [{ name: 'a', releases: [noble], compression: 'rar' }];

  expect(() => made({ views })).toThrow(refusal(/^views\[0\]\.compression is "rar": /, /MirrorView/));
});

describe('a file of the app', () => {
  it('that is missing is named with the folder that it was looked for in', () => {
    const missing = relative(process.cwd(), join(temporaryFolder(), 'mirror.yaml'));

    expect(() => MaasMirror.fromConfig(newStack(), 'Mirror', missing)).toThrow(
      refusal(/^cannot read .*mirror\.yaml: /, /working directory of the app \(tried \/.*\/mirror\.yaml\)/),
    );
  });

  it('whose release has an entry without version is told to say the version there', () => {
    const file = join(temporaryFolder(), 'mirror.yaml');
    writeFileSync(file, 'views: { a: { releases: [zany] } }\ncatalogue: { releases: { zany: { codename: Zany } } }\n');

    expect(() => MaasMirror.fromConfig(newStack(), 'Mirror', file)).toThrow(
      refusal(/catalogue\.releases\.zany has no version/, /version: "27\.04".*not read at synth/),
    );
  });
});
