import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { KernelFlavour, type MaasMirrorProps, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { written } from '../../fixtures/written';
import { madeMirror } from '../made-mirror';

describe('a mirror refuses', () => {
  const noble = UbuntuRelease.NOBLE;
  const elsewhere = new Stack(new App({ analyticsReporting: false }), 'Elsewhere');

  it.each<[string, MaasMirrorProps, RegExp]>([
    [
      'views that give resources of one name',
      { views: [{ name: 'a-1' }, { name: 'b' }, { name: 'a1' }] },
      /views has views named "a-1" and "a1", whose resources/,
    ],
    ['a view twice', { views: [{ name: 'a' }, { name: 'a' }] }, /views has two views named "a"/],
    [
      'a view that lies beside the pool',
      { views: [{ name: 'pool', releases: [noble] }] },
      /is a reserved name, as are pool/,
    ],
    ['places, which were renamed', { places: {} } as object, /^places is now called sources\n/],
    [
      'all of -proposed by its old word',
      { views: [{ name: 'a', releases: [noble], proposed: ['all'] }] },
      /"all" is now written allProposed: true/,
    ],
    ['a view with capitals', { views: [{ name: 'Next', releases: [noble] }] }, /lower-case letters/],
    [
      'a release that a view wants and the mirror has not',
      { releases: [UbuntuRelease.JAMMY], views: [{ name: 'a', releases: [noble] }] },
      /views\[0\]\.releases has noble, but the releases of the mirror are jammy/,
    ],
    [
      'a flavour that a view wants and the mirror has not',
      { kernels: [KernelFlavour.GA], views: [{ name: 'a', releases: [noble], requiredKernels: [KernelFlavour.HWE] }] },
      /views\[0\] has the kernel flavour hwe, but the kernels of the mirror are ga/,
    ],
    [
      'a compression that nobody knows',
      { views: [{ name: 'a', releases: [noble], compression: 'rar' }] },
      /compression/,
    ],
    ['a repository that is none', { views: [{ name: 'a', releases: [noble], repositories: ['ppa:'] }] }, /ppa:/],
    [
      'a kernel as a package',
      { views: [{ name: 'a', releases: [noble], packages: ['linux-generic'] }] },
      /is a kernel/,
    ],
    ['a stream that is none', { releases: [noble], sources: { stream: 'weekly' } }, /sources.stream is "weekly": /],
    [
      'a bucket of the site, which serves that of the mirror',
      { site: { bucket: Bucket.fromBucketName(elsewhere, 'Mirror', 'my-mirror') } },
      /site.bucket cannot be set/,
    ],
    [
      'logs of the bucket of the site, too',
      { site: { serverAccessLogsBucket: Bucket.fromBucketName(elsewhere, 'Logs', 'my-logs') } },
      /site.serverAccessLogsBucket cannot be set/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => madeMirror(() => props)).toThrow(
      expect.objectContaining({ misuse: true, message: expect.stringMatching(message), hint: expect.any(String) }),
    );
  });

  it('orders that no template has room for', () => {
    const certificate = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(450_000)}\n-----END CERTIFICATE-----\n`;
    const sources = { ca: written('ca.pem', certificate) };
    expect(() => madeMirror(() => ({ releases: [noble], schedule: MirrorSchedule.DAILY, sources }))).toThrow(
      expect.objectContaining({
        misuse: true,
        message: expect.stringMatching(/schedules of 2 build requests need \d+ characters/),
      }),
    );
  });
});
