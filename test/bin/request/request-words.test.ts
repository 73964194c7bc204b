import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCredentials, withCredentials } from '../../../bin/request/credentials';
import { imageFrom, wordsOf } from '../../../bin/request/image-from';
import type { RequestOptions } from '../../../bin/request/request-options';
import { requestsFrom } from '../../../bin/request/requests-from';
import { sourcesFrom } from '../../../bin/request/sources-from';
import { BuildRequest } from '../../../lib/job/build-request';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const requests = (releases: readonly string[], options: RequestOptions = {}, machine = 'x86_64') =>
  requestsFrom(releases, { bootloaders: false, ...options }, machine);
const misuse = (name: string, message: string, hint: unknown) =>
  expect.objectContaining({ name, message, hint, misuse: true });

function written(name: string, content: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

describe('the words of a build, with what to do,', () => {
  it.each<[string, readonly string[], RequestOptions, string, string]>([
    [
      'no release',
      [],
      {},
      'no release given',
      'name releases, such as noble jammy, or use --config mirror.yaml. A release directly after --proposed is read as a package: write --proposed=LIST',
    ],
    [
      'what only images have, for bootloaders',
      ['bootloaders'],
      { optionalKernel: 'hwe' },
      '--optional-kernel cannot be used for bootloaders alone',
      'bootloaders are the same for all images; they take --view, --archive, --ports, --snapshot, --proxy, --ca and --rebuild',
    ],
    [
      'an option beside a configuration',
      [],
      { config: 'm.yaml', archiveKeyring: 'k.gpg' },
      '--archive-keyring cannot be used with --config m.yaml',
      'set it in the configuration file; only --view, --rebuild and names of releases can be used with it',
    ],
    [
      'a boot test that is waived beside a configuration',
      [],
      { config: 'm.yaml', bootTest: false, bootloaders: true },
      '--no-boot-test cannot be used with --config m.yaml',
      'set it in the configuration file; only --view, --rebuild and names of releases can be used with it',
    ],
    [
      'bootloaders that are left out beside a configuration',
      [],
      { config: 'm.yaml' },
      '--no-bootloaders cannot be used with --config m.yaml',
      'set it in the configuration file; only --view, --rebuild and names of releases can be used with it',
    ],
    [
      'a time that is no number',
      ['noble'],
      { bootTimeout: '2h' },
      '--boot-timeout "2h" is not a number of minutes',
      'give whole minutes, from 1 to 180: --boot-timeout 120 is two hours',
    ],
    [
      'a keyring without its archive',
      ['noble'],
      { archiveKeyring: 'k.gpg' },
      '--archive-keyring k.gpg requires --archive or --ports',
      'the keyring verifies the archive that --archive or --ports names',
    ],
    [
      'a keyring that is none',
      ['noble'],
      { archiveKeyring: __filename, ports: 'http://p.example' },
      `--archive-keyring names ${__filename}, which is not a keyring`,
      'give the path of a file written by `gpg --export`, armoured or not',
    ],
    ...(['ca', 'repository'] as const).map((name): [string, readonly string[], RequestOptions, string, string] => [
      `a file of --${name} that is not there`,
      ['noble'],
      { [name]: name === 'ca' ? '/no/such' : ['/no/such'] },
      `--${name} names /no/such, which cannot be read: ENOENT: no such file or directory, open '/no/such'`,
      'give the path of a readable file',
    ]),
  ])('refuse %s', (_, releases, options, message, hint) => {
    expect(() => requests(releases, options)).toThrow(misuse('BadInput', message, hint));
  });

  const credentialsHint =
    'NAME is a file with mode 0600 that contains user:password; with --stack, it is the name or ARN of a secret';
  const [one, two] = [stanzaAt('https://one.example/u'), stanzaAt('https://two.example/u', 'https://three.example/u')];
  it.each([
    [['nothing'], '--credentials is not of the form HOST=NAME', credentialsHint],
    [['one.example=a', 'ONE.example=b'], '--credentials names one.example twice', credentialsHint],
    [
      ['four.example=a'],
      '--credentials names four.example, but no --repository is on this host',
      'write the host as in its URIs',
    ],
    [
      ['two.example=a', 'three.example=b'],
      'the repository on two.example and three.example has two credentials',
      'split it into two stanzas',
    ],
  ])('refuse --credentials %j', (given, message, hint) => {
    expect(() => withCredentials([one, two], given)).toThrow(misuse('BadInput', message, hint));
  });
});

describe('the hosts of repositories', () => {
  it('are none of a PPA, nor of what is no repository, which the order itself refuses', () => {
    const one = stanzaAt('https://one.example/u');
    for (const other of ['ppa:owner/name', 'no stanza', one.replace('https://one.example/u', 'no address')]) {
      expect(withCredentials([other, one], ['one.example=a'])).toEqual([other, { repository: one, credentials: 'a' }]);
      expect(() => withCredentials([other], ['one.example=a'])).toThrow(
        'one.example, but no --repository is on this host',
      );
    }
  });

  it('have credentials that are looked at before anything is built', async () => {
    const one = stanzaAt('https://one.example/u');
    const repositories = ['ppa:o/n', { repository: one, credentials: '/no/such/file' }];
    const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], customise: { repositories } });

    await checkCredentials([BuildRequest.parse({ release: 'noble', architectures: ['amd64'] })]);
    await expect(checkCredentials([request, request])).rejects.toMatchObject({
      message: expect.stringContaining('the credentials file /no/such/file cannot be read'),
    });
  });
});

describe('what is said of an image', () => {
  it('refuses a base that is a URL, before it is joined to a folder', () => {
    expect(() => imageFrom({ base: 'http://u:hush@h/x' })).toThrow(
      expect.objectContaining({ misuse: true, message: '--base must be the path of a file, not its content or a URL' }),
    );
  });

  it('is that it is booted and fetched, unless told', () => {
    expect(imageFrom({})).toEqual({ bootTest: true, base: '' });
    expect(imageFrom({ bootTest: false, base: '' })).toEqual({ bootTest: false, base: '' });
  });

  it('is what every option says', () => {
    expect(
      imageFrom({
        ...{ serial: '20261120', compression: 'xz', bootTimeout: '45', base: 'b.squashfs' },
        ...{ kernel: ' ga, hwe,', optionalKernel: 'rt', ppa: ['o/n', 'ppa:p/q'] },
        ...{ proposed: 'vim, curl', package: ['a,b', 'c'], purge: ['d'] },
      }),
    ).toEqual({
      ...{ bootTest: true, base: resolve('b.squashfs'), serial: '20261120', compression: 'xz', bootTimeout: 45 },
      kernels: { required: ['ga', 'hwe'], optional: ['rt'] },
      customise: {
        repositories: ['ppa:o/n', 'ppa:p/q'],
        ...{ proposed: ['vim', 'curl'], allProposed: false, packages: ['a', 'b', 'c'], purge: ['d'] },
      },
    });
  });

  it.each<[RequestOptions, object]>([
    [{ kernel: 'ga' }, { kernels: { required: ['ga'], optional: [] } }],
    [{ optionalKernel: 'ga' }, { kernels: { required: [], optional: ['ga'] } }],
    [{ proposed: true }, { customise: { repositories: [], proposed: [], allProposed: true, packages: [], purge: [] } }],
    [
      { package: ['a'] },
      { customise: { repositories: [], proposed: [], allProposed: false, packages: ['a'], purge: [] } },
    ],
    [
      { purge: ['a'] },
      { customise: { repositories: [], proposed: [], allProposed: false, packages: [], purge: ['a'] } },
    ],
    [{ ppa: [], package: [], purge: [] }, {}],
  ])('is of %j only that', (options, image) => {
    expect(imageFrom(options)).toEqual({ bootTest: true, base: '', ...image });
  });

  it('is a list of words, with or without blanks', () => {
    expect(wordsOf(['a, b', ' ', ',c,', ''])).toEqual(['a', 'b', 'c']);
  });
});

describe('the sources of a build', () => {
  it('are those that are named, and no others', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';
    const key = '-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n';
    const words = { stream: 's', archive: 'a', ports: 'o', snapshot: 'n', ppas: 'p', launchpad: 'l', proxy: 'x' };
    expect(sourcesFrom(words)).toEqual(words);
    expect(sourcesFrom({})).toEqual({});
    expect(sourcesFrom({ ca: written('ca.pem', pem) })).toEqual({ caData: pem });
    expect(sourcesFrom({ ca: written('ca.pem', `a comment\r\n${pem.replaceAll('\n', '\r\n')}${key}${pem}`) })).toEqual({
      caData: `${pem}${pem}`,
    });
    expect(() => sourcesFrom({ ca: written('ca.pem', key) })).toThrow(
      /^the file \S+\/ca\.pem contains no certificate$/,
    );
  });
});

describe('the architecture of a build', () => {
  it.each([
    ['x86_64', 'amd64'],
    ['aarch64', 'arm64'],
    ['ppc64le', 'ppc64el'],
    ['s390x', 's390x'],
  ])('is on a machine that is %s its own: %s', (machine, architecture) => {
    expect(requests(['noble'], {}, machine)[0]?.architectures).toEqual([architecture]);
    expect(requests(['noble'], { arch: 'amd64, arm64' }, machine)[0]?.architectures).toEqual(['amd64', 'arm64']);
  });

  it('refuses to be that of a machine for which the release has none', () => {
    for (const machine of ['i686', 'mips64']) {
      expect(() => requests(['noble'], {}, machine)).toThrow(
        expect.objectContaining({ name: 'UnknownArchitecture', misuse: true, message: expect.stringMatching(/noble/) }),
      );
    }
    expect(() => requests(['noble'], {}, 'mips64')).toThrow(/mips64/);
  });
});

it('asks for a rebuild and a view where it is told to', () => {
  expect(requests(['noble'], { rebuild: true, view: 'next' })[0]).toMatchObject({ rebuild: true, view: 'next' });
  expect(requests(['noble'])[0]).toMatchObject({ rebuild: false, view: 'candidate' });
});
