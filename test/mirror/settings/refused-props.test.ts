import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { KernelFlavour, type MaasMirrorProps, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { madeMirror } from '../made-mirror';

describe('a mirror refuses', () => {
  const noble = UbuntuRelease.NOBLE;
  const elsewhere = new Stack(new App({ analyticsReporting: false }), 'Elsewhere');

  it.each<[string, MaasMirrorProps, RegExp]>([
    [
      'views that give resources of one name',
      { views: [{ name: 'a-1' }, { name: 'b' }, { name: 'a1' }] },
      /views names "a-1" and "a1", which give resources of one name/,
    ],
    ['a view twice', { views: [{ name: 'a' }, { name: 'a' }] }, /views names "a" twice/],
    [
      'a view that lies beside the pool',
      { views: [{ name: 'pool', releases: [noble] }] },
      /is a reserved name, as are pool/,
    ],
    ['places, which were renamed', { places: {} } as object, /^the property places is now called sources$/],
    [
      'all of -proposed by its old word',
      { views: [{ name: 'a', releases: [noble], proposed: ['all'] }] },
      /"all" is now written allProposed: true/,
    ],
    ['a view with capitals', { views: [{ name: 'Next', releases: [noble] }] }, /lower-case letters/],
    [
      'a release that a view wants and the mirror has not',
      { releases: [UbuntuRelease.JAMMY], views: [{ name: 'a', releases: [noble] }] },
      /the view a wants noble, the property releases has jammy/,
    ],
    [
      'a flavour that a view wants and the mirror has not',
      { kernels: [KernelFlavour.GA], views: [{ name: 'a', releases: [noble], requiredKernels: [KernelFlavour.HWE] }] },
      /the view a wants hwe, the property kernels has ga/,
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
    [
      'a stream that is none',
      { releases: [noble], sources: { stream: 'weekly' } },
      /sources.stream: .*\(got "weekly"\)/,
    ],
    [
      'a bucket of the site, which serves that of the mirror',
      { site: { bucket: Bucket.fromBucketName(elsewhere, 'Mirror', 'my-mirror') } },
      /site.bucket is there/,
    ],
    [
      'logs of the bucket of the site, too',
      { site: { serverAccessLogsBucket: Bucket.fromBucketName(elsewhere, 'Logs', 'my-logs') } },
      /site.serverAccessLogsBucket is there/,
    ],
    [
      'orders that no template has room for',
      { releases: [noble], schedule: MirrorSchedule.DAILY, sources: { streamKeyring: 'package-lock.json' } },
      /schedules of 2 orders take \d+ characters/,
    ],
  ])('%s', (_, props, message) => {
    expect(() => madeMirror(() => props)).toThrow(
      expect.objectContaining({ misuse: true, message: expect.stringMatching(message), hint: expect.any(String) }),
    );
  });
});
