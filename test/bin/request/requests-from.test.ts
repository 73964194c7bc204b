import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RequestOptions } from '../../../bin/request/request-options';
import { requestsFrom } from '../../../bin/request/requests-from';
import type { BuildRequest } from '../../../lib/job/build-request';
import { planOf } from '../../../lib/job/plan';
import { makePrivateKey } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { makePrivateKeyPackets } from '../../fixtures/keys/private-key-packets';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const requests = (releases: readonly string[], options: RequestOptions = {}) =>
  requestsFrom(releases, options, 'x86_64');
const names = (releases: readonly string[], options?: RequestOptions) =>
  requests(releases, options).map(({ view, release }) => `${view} ${release}`);
const misuse = (name: string, message: RegExp) =>
  expect.objectContaining({ name, misuse: true, message: expect.stringMatching(message) });

function written(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

describe('the words of a build', () => {
  it('mean an order for each release, and one for the bootloaders of Ubuntu', () => {
    expect(names(['noble', 'jammy'])).toEqual(['candidate noble', 'candidate jammy', 'candidate bootloaders']);
    expect(names(['noble'], { bootloaders: false })).toEqual(['candidate noble']);
    expect(names(['bookworm'])).toEqual(['candidate bookworm']);
    expect(names(['noble', 'bootloaders'])).toEqual(['candidate noble', 'candidate bootloaders']);
  });

  it('refuse what no plan can be made of, before anything is installed or started', () => {
    expect(() => requests(['bookworm'], { kernel: 'hwe' })).toThrow(
      misuse('UnknownKernel', /amd64 has generic, cloud, rt/),
    );
    expect(() => requests(['jammy'], { arch: 'arm64', kernel: 'xgene-uboot' })).toThrow(
      misuse('NotSupported', /xgene/),
    );
  });

  it('refuse a word that is no release', () => {
    for (const word of ['Nobel', '2404', '24.04.1', 'ga-24.04']) {
      const message = new RegExp(`unknown release "${word}"; known releases:`);
      expect(() => requests(['noble', word])).toThrow(misuse('UnknownRelease', message));
    }
  });

  it('may name a release by its version, and one that only a stream may know', () => {
    expect(names(['24.04', '26.10'])).toEqual(['candidate noble', 'candidate stonking', 'candidate bootloaders']);
    expect(names(['zany', '27.10'])).toEqual(['candidate zany', 'candidate 27.10', 'candidate bootloaders']);
  });

  it('may name kernels as MAAS does, of the release that they are for', () => {
    const [request] = requests(['noble'], { kernel: 'ga-24.04,hwe-24.04-lowlatency', optionalKernel: 'lowlatency' });
    expect(planOf(request as BuildRequest, 'check').architectures[0]?.kernels).toEqual([
      { kernel: 'ga', need: 'required' },
      { kernel: 'hwe-lowlatency', need: 'required' },
      { kernel: 'ga-lowlatency', need: 'optional' },
    ]);
    expect(() => requests(['noble'], { kernel: 'hwe-22.04' })).toThrow(
      misuse('UnknownKernel', /^hwe-22.04 is a kernel of jammy \(22.04\), not of noble \(24.04\); amd64 has ga, /),
    );
    expect(() => requests(['noble'], { kernel: 'ga-27.04' })).toThrow(
      misuse('UnknownKernel', /^ga-27.04 is a kernel of 27.04, not of noble/),
    );
  });

  it('may name a file of stanzas of which some are for other architectures, and refuse one with no other', () => {
    const [one, two] = ['http://archive.example/ubuntu', 'http://ports.example/ubuntu'].map((uri) => stanzaAt(uri));
    const both = written('u.sources', `Architectures: amd64\n${one}\nArchitectures: arm64\n${two}`);
    expect(requests(['noble'], { repository: [both], arch: 'amd64' })[0]?.customise?.repositories).toHaveLength(1);
    const ports = written('p.sources', `Architectures: arm64\n${two}`);
    expect(() => requests(['noble'], { repository: [both, ports], arch: 'amd64' })).toThrow(
      misuse('BadInput', /^the repository http:\/\/ports.example\/ubuntu is not for amd64/),
    );
  });

  it('say how many minutes a boot may take', () => {
    expect(requests(['noble'], { bootTimeout: '45', bootloaders: false })[0]?.bootTimeout).toBe(45);
    expect(requests(['noble'], { bootloaders: false })[0]?.bootTimeout).toBeUndefined();
  });

  it.each(['0', '181'])('refuse --boot-timeout %j', (bootTimeout) => {
    expect(() => requests(['noble'], { bootTimeout })).toThrow(
      misuse('BadInput', /^invalid --boot-timeout \d+: must be a whole number/),
    );
  });

  it.each(['1.5', '2h', 'soon', ''])('refuse --boot-timeout %j, which they repeat as it was typed', (bootTimeout) => {
    const message = `--boot-timeout ${JSON.stringify(bootTimeout)} is not a number of minutes`;
    expect(() => requests(['noble'], { bootTimeout })).toThrow(expect.objectContaining({ message, misuse: true }));
  });

  it('may have commas between releases, as between architectures', () => {
    expect(names(['bookworm,noble', 'jammy'])).toEqual(names(['bookworm', 'noble', 'jammy']));
    expect(() => requests([','])).toThrow(misuse('BadInput', /no release given/));
  });

  it('may be of bootloaders alone', () => {
    const [request, ...others] = requests(['bootloaders'], { view: 'next', archive: 'http://a.example/ubuntu' });

    expect(others).toEqual([]);
    expect(request).toMatchObject({ release: 'bootloaders', view: 'next', architectures: [] });
    expect(request?.sources.archive).toBe('http://a.example/ubuntu');
  });

  it.each<[string, RequestOptions]>([
    ['arch', { arch: 'amd64' }],
    ['kernel', { kernel: 'ga' }],
    ['optional-kernel', { optionalKernel: 'hwe' }],
    ['ppa', { ppa: ['o/n'] }],
    ['repository', { repository: ['r.sources'] }],
    ['proposed', { proposed: true }],
    ['package', { package: ['vim'] }],
    ['purge', { purge: ['vim'] }],
    ['compression', { compression: 'xz' }],
    ['boot-timeout', { bootTimeout: '45' }],
    ['serial', { serial: '20261120' }],
    ['stream', { stream: 'daily' }],
    ['base', { base: '/b.squashfs' }],
  ])('refuse --%s for bootloaders alone', (option, options) => {
    const message = new RegExp(`^--${option} cannot be used for bootloaders alone$`);
    expect(() => requests(['bootloaders'], options)).toThrow(misuse('BadInput', message));
  });
});

describe('the words beside a configuration', () => {
  const config = () =>
    written(
      'mirror.yaml',
      `views:
  candidate: { releases: [noble, jammy] }
  next: { releases: [noble], customise: { packages: [vim] } }
  own: { releases: ["24.04"], bootloaders: false }
  debian: { releases: [bookworm] }
`,
    );

  it('choose among its views and releases', () => {
    const file = config();

    expect(names([], { config: file, view: 'next' })).toEqual(['next noble', 'next bootloaders']);
    expect(names(['jammy'], { config: file })).toEqual(['candidate jammy', 'candidate bootloaders']);
    expect(names(['noble'], { config: file, view: 'own' })).toEqual(['own noble']);
  });

  it('may ask for the bootloaders alone, of the views that have them', () => {
    const file = config();

    expect(names(['bootloaders'], { config: file })).toEqual(['candidate bootloaders', 'next bootloaders']);
    expect(names(['bootloaders'], { config: file, view: 'next' })).toEqual(['next bootloaders']);
    expect(() => requests(['bootloaders'], { config: file, view: 'own' })).toThrow(
      misuse('BadInput', /nothing is configured for view own/),
    );
  });

  it('refuse what is no release of it', () => {
    const file = config();

    expect(() => requests(['nobel'], { config: file })).toThrow(
      misuse('BadInput', /nothing is configured for release nobel;/),
    );
    expect(() => requests(['noble', 'focal'], { config: file })).toThrow(
      misuse('BadInput', /nothing is configured for release focal/),
    );
    expect(() => requests(['jammy'], { config: file, view: 'next' })).toThrow(
      misuse('BadInput', /for view next, release jammy;/),
    );
    expect(() => requests([], { config: file, view: 'stabel' })).toThrow(misuse('BadInput', /for view stabel;/));
  });

  it.each<[string, RequestOptions]>([
    ['--no-boot-test', { bootTest: false }],
    ['--no-bootloaders', { bootloaders: false }],
    ['--boot-timeout', { bootTimeout: '45' }],
    ['--kernel', { kernel: 'ga' }],
    ['--optional-kernel', { optionalKernel: 'hwe' }],
    ['--archive', { archive: 'http://a.example' }],
    ['--proxy', { proxy: 'http://p.example' }],
    ['--base', { base: '/b.squashfs' }],
  ])('refuse %s, which belongs into it', (option, options) => {
    const file = config();
    const message = new RegExp(`^${option} cannot be used with --config ${file}$`);
    expect(() => requests([], { config: file, ...options })).toThrow(misuse('BadInput', message));
  });

  it('are as commander gives them where nothing is said', () => {
    expect(names(['jammy'], { config: config(), bootTest: true, bootloaders: true })).toHaveLength(2);
  });
});

describe('a keyring that is named', () => {
  let signer: Signer;
  let secret: string;
  let privateKeyPackets: Buffer;
  beforeAll(async () => {
    signer = await smallSigner();
    secret = await makePrivateKey({ name: 'secret', at: new Date('2026-11-20'), rsaBits: 2048 });
    privateKeyPackets = (await makePrivateKeyPackets()).secret;
  });
  const archive = { archive: 'http://a.example/ubuntu', bootloaders: false };
  const kept = (keyring: string | undefined) => Buffer.from(keyring ?? '', 'base64');

  it.each([
    'binary',
    'armoured',
    'armoured with the line ends of Windows',
  ])('is handed on binary where it is %s', (form) => {
    const armoured = signer.armouredKeyring.toString();
    const forms: Record<string, string | Buffer> = { binary: signer.keyring, armoured };
    const file = written('keyring', forms[form] ?? armoured.replaceAll('\n', '\r\n'));
    const [request] = requests(['noble'], { ...archive, archiveKeyring: file, streamKeyring: file });
    const config = written(
      'mirror.yaml',
      `views: { candidate: { releases: [noble] } }\nsources: { streamKeyring: ${file}, archiveKeyring: ${file} }\n`,
    );
    const [configured] = requests([], { config });

    for (const sources of [request?.sources, configured?.sources]) {
      expect(kept(sources?.archiveKeyringData).equals(signer.keyring)).toBe(true);
      expect(kept(sources?.streamKeyringData).equals(signer.keyring)).toBe(true);
    }
  });

  it.each([
    ['text', () => 'deb http://a.example noble main\n'],
    ['a page that asks to log in', () => '<!doctype html><title>Welcome</title>'],
    ['nothing', () => ''],
    ['an armour that is cut', () => signer.armouredKeyring.toString().slice(0, 300)],
    ['a private key', () => secret],
    ['a private key that is binary', () => privateKeyPackets],
    ['a detached signature', () => Buffer.from([0x89, 0x01, 0x33, 0x04, 0x00])],
  ])('is refused where it holds %s', (_, content) => {
    const file = written('k.gpg', content());
    for (const [option, options] of [
      ['--archive-keyring', { ...archive, archiveKeyring: file }],
      ['--stream-keyring', { bootloaders: false, streamKeyring: file }],
    ] as const) {
      const message = new RegExp(`^${option} names ${file}, which is not a keyring$`);
      expect(() => requests(['noble'], options)).toThrow(misuse('BadInput', message));
    }
    const config = written(
      'mirror.yaml',
      `views: { candidate: { releases: [noble] } }\nsources: { archiveKeyring: ${file} }\n`,
    );
    expect(() => requests([], { config })).toThrow(
      misuse('BadInput', /mirror\.yaml names .*k\.gpg, which is not a keyring$/),
    );
  });

  it('is refused where it cannot be read', () => {
    expect(() => requests(['noble'], { ...archive, archiveKeyring: '/no/such.gpg' })).toThrow(
      misuse('BadInput', /--archive-keyring names \/no\/such\.gpg, which cannot be read: ENOENT/),
    );
  });
});
