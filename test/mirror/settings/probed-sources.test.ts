import { Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Architecture, type MaasMirrorProps, UbuntuRelease } from '../../../lib';
import { probedSourcesOf } from '../../../lib/job/aws/probe';
import { probeSettings } from '../../../lib/mirror/settings/probed-sources';
import { settingsOf } from '../../../lib/mirror/settings/settings';
import { written } from '../../fixtures/written';

const probedOf = (props: MaasMirrorProps) => {
  const { sources, foreign } = probeSettings(settingsOf(props));
  return { sources: probedSourcesOf(sources), foreign };
};
const archive = 'http://archive.ubuntu.com/ubuntu/dists';
const stream = 'https://cloud-images.ubuntu.com/daily/streams/v1/index.sjson';
const stanza = (uri: string) => `Types: deb
URIs: ${uri}
Suites: ./
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 AAAA
 -----END PGP PUBLIC KEY BLOCK-----`;

describe('the sources that a probe is to reach', () => {
  it('are one document of each that the views name, each once', () => {
    const { noble, jammy } = { noble: UbuntuRelease.NOBLE, jammy: UbuntuRelease.JAMMY };
    const views = [
      { name: 'candidate', releases: [noble, jammy] },
      { name: 'next', releases: [noble], repositories: ['ppa:cloud-init-dev/daily', stanza('https://apt.example/a')] },
    ];
    const { sources } = probedOf({ views, architectures: [Architecture.AMD64, Architecture.ARM64] });

    const ports = 'http://ports.ubuntu.com/ubuntu-ports/dists';
    expect(sources).toEqual({
      documents: [
        stream,
        `${archive}/noble/InRelease`,
        `${ports}/noble/InRelease`,
        `${archive}/jammy/InRelease`,
        `${ports}/jammy/InRelease`,
        'https://ppa.launchpadcontent.net/cloud-init-dev/daily/ubuntu/dists/noble/InRelease',
        'https://apt.example/a/InRelease',
      ],
    });
  });

  it('are the mirrors of them where sources says so, reached as it says', () => {
    const sources = {
      stream: 'https://mirror.example/images/',
      archive: 'https://mirror.example/ubuntu/',
      proxy: 'http://proxy.example:3128',
    };

    expect(probedOf({ releases: [UbuntuRelease.NOBLE], architectures: [Architecture.AMD64], sources }).sources).toEqual(
      {
        documents: [
          'https://mirror.example/images/streams/v1/index.sjson',
          'https://mirror.example/ubuntu/dists/noble/InRelease',
        ],
        proxy: 'http://proxy.example:3128',
      },
    );
  });

  it('are without those that ask for a password', () => {
    const credentials = Secret.fromSecretNameV2(new Stack(), 'Secret', 'maas-mirror/ppa');
    const view = {
      name: 'next',
      releases: [UbuntuRelease.NOBLE],
      privateRepositories: [{ repository: stanza('https://private.example/a'), credentials }],
    };

    expect(JSON.stringify(probedOf({ views: [view] }))).not.toContain('private.example');
  });

  it("are Ubuntu's own where the mirror builds on request only", () => {
    expect(probedOf({ architectures: [Architecture.AMD64] }).sources.documents).toEqual([
      stream,
      `${archive}/noble/InRelease`,
    ]);
  });

  it('are left out, and it is said why, where they are too long for a variable of a build', () => {
    const ca = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(4000)}\n-----END CERTIFICATE-----\n`;

    expect(probedOf({ releases: [UbuntuRelease.NOBLE], sources: { ca: written('ca.pem', ca) } }).sources).toEqual({
      documents: [],
      untried: expect.stringContaining('too long for an environment variable'),
    });
  });
});

it('tries emulation for the architectures that no machine of CodeBuild runs', () => {
  const { AMD64, ARM64, ARMHF, PPC64EL } = Architecture;
  expect(probedOf({ architectures: [AMD64, ARM64] }).foreign).toEqual([]);
  expect(probedOf({ architectures: [AMD64, ARM64, ARMHF, PPC64EL] }).foreign).toEqual(['armhf', 'ppc64el']);
});
