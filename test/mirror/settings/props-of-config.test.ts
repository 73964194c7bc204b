import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PriceClass } from 'aws-cdk-lib/aws-cloudfront';
import { describe, expect, it } from 'vitest';
import { requestsFrom } from '../../../bin/request/requests-from';
import { MaasMirror, type MaasMirrorProps } from '../../../lib';
import { parseConfig } from '../../../lib/job/config';
import { viewSettings } from '../../../lib/job/views/view-settings';
import { armouredKeyring } from '../../../lib/simplestreams/openpgp/keyring';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

const ubuntuKeyring = readFileSync('buildspecs/keyrings/ubuntu-cloudimage-keyring.gpg');

const configuration = `
views:
  candidate: { releases: [noble, jammy], architectures: [amd64, arm64], kernels: { required: [ga, hwe], optional: [hwe-edge] } }
  next: { releases: [noble], architectures: [amd64], customise: { repositories: ['ppa:cloud-init-dev/daily'], allProposed: true }, bootTest: false }
  slow: { releases: [focal], architectures: [arm64], bootTimeout: 90 }
  debian: { releases: [bookworm], architectures: [amd64] }
sources: { stream: releases, streamKeyring: keys/stream.gpg, proxy: 'http://proxy.example.com:3128' }
schedule: weekly
site:
  domainName: images.example.com
  certificateArn: arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555
  allowedCidrs: [198.51.100.0/24]
`;

/** A folder with these files. @returns the path of its mirror.yaml */
function configured(text: string, keyring: string | Buffer = ubuntuKeyring, name = 'stream.gpg'): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), keyring);
  writeFileSync(join(folder, 'mirror.yaml'), text.replace('keys/', './'));
  return join(folder, 'mirror.yaml');
}

function madeMirror(path: string, props?: MaasMirrorProps): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  MaasMirror.fromConfig(stack, 'Mirror', path, props);
  return Template.fromStack(stack);
}

it.each<[string, string | Buffer]>([
  ['binary', ubuntuKeyring],
  ['armoured', armouredKeyring(ubuntuKeyring)],
])('orders by schedule what `maas-mirror build --config` orders of the same file, with a keyring that is %s', (_, keyring) => {
  const path = configured(configuration, keyring);
  const schedules = Object.values(madeMirror(path).findResources('AWS::Scheduler::Schedule'));
  const requests = requestsFrom([], { config: path }, 'x86_64');

  expect(requests).toHaveLength(8); // five images, and the bootloaders of three views
  expect(schedules.map(({ Properties }) => JSON.parse(Properties.Target.Input).request)).toEqual(
    JSON.parse(JSON.stringify(requests)),
  );
  expect(requests[0]?.sources.streamKeyringData).toBe(ubuntuKeyring.toString('base64'));
  for (const { Properties } of schedules) expect(Properties.ScheduleExpression).toBe('cron(17 6 ? * MON *)');
});

it('hands the settings of the other views to Promote as `maas-mirror promote --config` reads them', () => {
  const text = `
views:
  candidate: { releases: [noble] }
  stable: { promote: { from: candidate, after: 1d12h, require: [hw-lab] } }
  lab-2: { from: stable }
  mixed: { select: [ { from: stable, releases: [jammy, bootloaders], architectures: [amd64], flavours: [hwe-22.04] }, { from: candidate } ] }
  manual:
`;
  const [schedule] = Object.values(madeMirror(configured(text)).findResources('AWS::Scheduler::Schedule'));
  const { views, at } = JSON.parse(schedule?.Properties.Target.Input);

  expect(views).toEqual(viewSettings(parseConfig(text, 'mirror.yaml')));
  expect(views).toHaveLength(4);
  expect(at).toBe('<aws.scheduler.scheduled-time>');
  expect(schedule?.Properties).toMatchObject({
    ...{ ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } },
    Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
  });
});

it('has no schedule for views that are promoted by hand', () => {
  const made = madeMirror(configured('views: { candidate: { releases: [noble] }, stable: {} }'));

  made.resourceCountIs('AWS::Scheduler::Schedule', 0);
});

it('serves the site as the file says', () => {
  madeMirror(configured(configuration)).hasResourceProperties('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Aliases: ['images.example.com'],
      IPV6Enabled: false,
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
    },
  });
});

describe('properties beside the file', () => {
  const closed = `
views: { candidate: { releases: [noble], architectures: [amd64] } }
sources: { stream: releases, proxy: 'http://proxy.example.com:3128' }
schedule: daily
site: { allowedCidrs: [198.51.100.0/24], basicAuth: true }
`;
  const requestIn = (made: Template) =>
    JSON.parse(Object.values(made.findResources('AWS::Scheduler::Schedule'))[0]?.Properties.Target.Input).request;

  it('change of the site what they name, and leave it closed', () => {
    const made = madeMirror(configured(closed), { site: { priceClass: PriceClass.PRICE_CLASS_100 } });

    made.hasResourceProperties('AWS::CloudFront::Distribution', {
      DistributionConfig: { PriceClass: 'PriceClass_100', IPV6Enabled: false },
    });
    made.resourceCountIs('AWS::CloudFront::KeyValueStore', 1);
    const [code] = Object.values(made.findResources('AWS::CloudFront::Function'));
    expect(JSON.stringify(code?.Properties.FunctionCode)).toContain('allowed: [');
  });

  it('say it otherwise field by field, and say nothing where they are undefined', () => {
    const made = madeMirror(configured(closed), {
      site: { basicAuth: false, ...({ allowedCidrs: undefined } as object) },
      sources: { stream: 'daily' },
      ...({ schedule: undefined, views: undefined } as object),
    });

    made.resourceCountIs('AWS::CloudFront::KeyValueStore', 0);
    made.hasResourceProperties('AWS::CloudFront::Distribution', { DistributionConfig: { IPV6Enabled: false } });
    expect(requestIn(made)).toMatchObject({
      release: 'noble',
      sources: { stream: 'daily', proxy: 'http://proxy.example.com:3128' },
    });
  });
});

it.each([
  [
    'a serial of two releases',
    "views: { a: { releases: [noble, jammy], serial: '20261120' } }",
    /views\.a\.serial: applies to one release only/,
  ],
  ['a schedule without anything to do', 'views: {}\nschedule: daily\n', /schedule is set, but .*no view has/],
  ['a field that there is not', 'views: {}\nschedul: daily\n', /mirror\.yaml.*schedul/],
  ['a release that there is not', 'views: { a: { releases: [nobel] } }\n', /"nobel"/],
  [
    'a keyring that is not there',
    'views: {}\nsources: { streamKeyring: gone.gpg }\n',
    /sources\.streamKeyring is gone\.gpg, which cannot be read/,
  ],
  [
    'certificates that are not there',
    'views: {}\nsources: { ca: gone.pem }\n',
    /sources\.ca is gone\.pem, which cannot be/,
  ],
  [
    'a certificate that is no ARN',
    'views: {}\nsite: { certificateArn: mine }\n',
    /site\.certificateArn: must be an ARN/,
  ],
])('refuses %s', (_, text, message) => {
  expect(() => madeMirror(configured(text))).toThrow(
    expect.objectContaining({ misuse: true, message: expect.stringMatching(message), hint: expect.any(String) }),
  );
});

it('refuses the content of a configuration in place of its path', () => {
  expect(() => madeMirror('views:\n  a: { releases: [noble] }\n')).toThrow(
    /^the configuration must be the path of a file, not its content or a URL\n/,
  );
});

it('refuses a configuration that is not there', () => {
  expect(() => madeMirror(join(temporaryFolder(), 'mirror.yaml'))).toThrow(/^cannot read .*mirror\.yaml/);
});
