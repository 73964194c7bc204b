import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Architecture, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { everyProp } from '../every-prop';
import { madeMirror, requestsIn } from '../made-mirror';
import '../../fixtures/needs-seconds';

describe('what a mirror orders', () => {
  it('architectures: orders of a release what it has of them', () => {
    const { template: made } = madeMirror(() => ({
      releases: [UbuntuRelease.NOBLE, UbuntuRelease.XENIAL],
      architectures: [Architecture.AMD64, Architecture.RISCV64],
      schedule: MirrorSchedule.DAILY,
    }));

    expect(requestsIn(made).map(({ request }) => [request.release, request.architectures])).toEqual([
      ['noble', ['amd64', 'riscv64']],
      ['xenial', ['amd64']],
      ['bootloaders', []],
    ]);
  });

  it('schedule: calls CheckForUpdates for every release of every view, with the time of the look', () => {
    const { template: made } = madeMirror(everyProp);

    expect(requestsIn(made).map(({ at, request }) => [at, request.view, request.release])).toEqual([
      ['<aws.scheduler.scheduled-time>', 'candidate', 'noble'],
      ['<aws.scheduler.scheduled-time>', 'candidate', 'bootloaders'],
      ['<aws.scheduler.scheduled-time>', 'next', 'jammy'],
    ]);
    const schedules = (description: string) =>
      Object.values(made.findResources('AWS::Scheduler::Schedule'))
        .map(({ Properties }) => Properties)
        .filter(({ Description }) => Description.includes(description));
    const called = (name: string) => expect.stringMatching(`^Mirror${name}`);
    expect(schedules('checks for updates')).toHaveLength(3);
    for (const schedule of schedules('checks for updates')) {
      expect(schedule).toMatchObject({
        ScheduleExpression: 'rate(6 hours)',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
        State: 'ENABLED',
        Target: {
          Arn: { 'Fn::GetAtt': [called('CheckForUpdatesFunction'), 'Arn'] },
          RoleArn: { 'Fn::GetAtt': [called('UpdateScheduleRole'), 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
        },
      });
    }
    expect(schedules('promotions')).toMatchObject([
      {
        State: 'ENABLED',
        Target: {
          Arn: { 'Fn::GetAtt': [called('PromoteFunction'), 'Arn'] },
          RoleArn: { 'Fn::GetAtt': [called('PromotionScheduleRole'), 'Arn'] },
        },
      },
    ]);
  });

  it('views and sources: order what they say', () => {
    const keyring = readFileSync('buildspecs/keyrings/ubuntu-cloudimage-keyring.gpg');
    const next = requestsIn(madeMirror(everyProp).template).find(({ request }) => request.view === 'next');

    expect(next?.request).toMatchObject({
      release: 'jammy',
      architectures: ['amd64'],
      kernels: { required: ['hwe'], optional: ['ga'] },
      customise: {
        repositories: [
          'ppa:cloud-init-dev/daily',
          {
            repository: expect.stringMatching(/^Types: deb\n/),
            credentials: expect.stringMatching(/:repository-AbCdEf$/),
          },
        ],
        proposed: ['cloud-init'],
        packages: ['jq'],
        purge: ['snapd'],
      },
      serial: '20261120',
      compression: 'xz',
      bootTest: false,
      bootTimeout: 45,
      sources: {
        stream: 'releases',
        streamKeyringData: keyring.toString('base64'),
        proxy: 'http://proxy.example.com:3128',
      },
    });
  });
});
