import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { Architecture, DebianRelease, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { everyProp } from '../every-prop';
import { definitionOf, madeMirror, propertiesOf, requestsIn, statesOf } from '../made-mirror';
import '../../fixtures/needs-seconds';

describe('the properties of a mirror', () => {
  it('releases: has the usual flavours of these, and looks for news of these', () => {
    const { template: made } = madeMirror(() => ({
      releases: [DebianRelease.BOOKWORM],
      architectures: [Architecture.AMD64],
      schedule: MirrorSchedule.DAILY,
    }));
    const extractions = statesOf(definitionOf(made)).flatMap(([name]) => (/^Extract/.test(name) ? [name] : []));

    expect(extractions.sort()).toEqual(['ExtractCloud', 'ExtractGeneric']);
    expect(requestsIn(made).map(({ request }) => request)).toMatchObject([
      { release: 'bookworm', view: 'candidate', architectures: ['amd64'] },
    ]);
  });

  it('architectures: has arm machines only for arm64', () => {
    const types = (architectures: Architecture[]) =>
      new Set(
        propertiesOf(
          madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], architectures })).template,
          'AWS::CodeBuild::Project',
        ).map(({ Environment }) => Environment.Type),
      );

    expect(types([Architecture.AMD64])).toEqual(new Set(['LINUX_CONTAINER']));
    expect(types([Architecture.ARM64])).toEqual(new Set(['LINUX_CONTAINER', 'ARM_CONTAINER']));
  });

  it('maxConcurrency: is what architectures and flavours share', () => {
    const { template: made } = madeMirror(everyProp);
    const maps = statesOf(definitionOf(made)).flatMap(([name, { MaxConcurrency }]) =>
      MaxConcurrency === undefined ? [] : [[name, MaxConcurrency]],
    );

    expect(maps).toEqual([
      ['EachArchitecture', 2],
      ['EachKernel', 4],
    ]);
  });

  it('computeType, armComputeType and stageTimeout: are those of all builds, except the small one of bootloaders and the limit of boots', () => {
    const machines = propertiesOf(madeMirror(everyProp).template, 'AWS::CodeBuild::Project').map(
      ({ Description, Environment: { Type, ComputeType: size }, TimeoutInMinutes }) => [
        ...(/: (bootloaders|boot-test|extract)$/.exec(Description)?.slice(1) ?? ['another']),
        `${Type} ${size} ${TimeoutInMinutes}`,
      ],
    );

    const [x86, arm] = ['LINUX_CONTAINER BUILD_GENERAL1_LARGE 120', 'ARM_CONTAINER BUILD_GENERAL1_MEDIUM 120'];
    expect([...new Set(machines.map((words) => words.join(' ')))].sort()).toEqual(
      [
        ...[
          `another ${x86}`,
          `another ${arm}`,
          `boot-test ${x86.replace('120', '210')}`,
          `extract ${x86}`,
          `extract ${arm}`,
        ],
        'bootloaders LINUX_CONTAINER BUILD_GENERAL1_SMALL 120',
      ].sort(),
    );
  });

  it.each([Duration.minutes(5), Duration.hours(36)])('stageTimeout: may be %s', (stageTimeout) => {
    const { template: made } = madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], stageTimeout }));
    const limits = propertiesOf(made, 'AWS::CodeBuild::Project').map(({ Description, TimeoutInMinutes: minutes }) => {
      return [/: boot-test$/.test(Description) ? 'boot' : 'other', minutes].join(' ');
    });

    const minutes = stageTimeout.toMinutes();
    expect(new Set(limits)).toEqual(new Set([`boot ${Math.max(minutes, 210)}`, `other ${minutes}`]));
  });
});
