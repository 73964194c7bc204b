import { expect, it } from 'vitest';
import { outputOf, stackOutputsOf } from '../../lib/job/aws/stack-outputs';
import { BuildRequest } from '../../lib/job/build-request';
import { parseConfig, requestsOf } from '../../lib/job/config';
import { buildOf, checkBundles } from '../../lib/job/environment';
import { selectInputOf } from '../../lib/job/handed-on/publish-input';
import { jobOf } from '../../lib/job/job-of';
import { concludeInputOf, planInputOf, planOf } from '../../lib/job/plan';
import { distroInfoReleases } from '../../lib/job/releases/distro-info';
import { credentialsIn } from '../../lib/job/sources/credentials';
import { refuseFileAddresses } from '../../lib/job/sources/file-addresses';
import { refusePasswords } from '../../lib/job/sources/passwords';
import { parseRepository } from '../../lib/job/sources/repository';
import { refusalsText } from '../fixtures/refusals';

const request = (fields: object = {}) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });
const plan = (fields: object) => planOf(request(fields), 'run-1');
const asked = (fields: object) => planInputOf({ execution: 'run-1', request: { release: 'noble', ...fields } });
const none = () => Buffer.alloc(0);
const built = (yaml: string, more: object = {}) =>
  requestsOf(parseConfig(yaml, 'mirror.yaml'), { ownArchitecture: () => 'amd64', read: none, keyring: none, ...more });

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n AAAA\n -----END PGP PUBLIC KEY BLOCK-----';
const stanza = (more: string) => `Types: deb\nURIs: https://a.example/apt\nSuites: ./\nSigned-By:\n ${key}\n${more}`;
const folder = 'run-1-0123456789abcdef';
const job = { MIRROR_EXECUTION: 'run-1', MIRROR_FOLDER: folder, MIRROR_RELEASE: 'noble', MIRROR_VIEW: 'a' };
const secret = {
  sources: { archive: 'http://u:p@a.example/' },
  customise: undefined,
} as unknown as Partial<BuildRequest>;

const wrong: Readonly<Record<string, () => unknown>> = {
  'bootloaders with kernels': () => plan({ release: 'bootloaders', kernels: { required: ['ga'] } }),
  'bootloaders with a recipe': () => plan({ release: 'bootloaders', customise: {} }),
  'bootloaders with a serial': () => plan({ release: 'bootloaders', serial: '20261120' }),
  'a base of two architectures': () => plan({ architectures: ['amd64', 'arm64'], base: '/b.squashfs' }),
  'all that Debian has not': () =>
    plan({
      ...{ release: 'bookworm', serial: '20261120', sources: { snapshot: '20261120T000000Z' } },
      customise: { repositories: [' ppa:o/n '], allProposed: true },
    }),
  'no kernels': () => plan({ kernels: { required: [] } }),
  'a kernel that is none': () => plan({ kernels: { required: ['linux-generic'] } }),
  'a kernel of another architecture': () =>
    plan({ architectures: ['s390x'], kernels: { required: ['hwe-lowlatency'] } }),
  'a kernel of another release': () => plan({ kernels: { required: ['hwe-22.04'] } }),
  'a kernel of an unknown release': () => plan({ kernels: { required: ['hwe-99.04'] } }),
  'a kernel that is not built': () =>
    plan({ release: 'jammy', architectures: ['arm64'], kernels: { required: ['xgene-uboot'] } }),
  'an unknown architecture': () => plan({ architectures: ['amd64', 'x86-64'] }),
  'an unknown release': () => plan({ release: 'nobel' }),
  'a repository for others': () =>
    plan({ customise: { repositories: [stanza('Architectures: arm64, armhf\n')] }, architectures: ['amd64', 's390x'] }),
  'an order without architectures': () => asked({}),
  'an order with a stranger’s field': () => asked({ architectures: ['amd64'], kernel: 'ga' }),
  'a name of a package': () => asked({ architectures: ['amd64'], customise: { packages: ['jq-', 'Jq', 'x'] } }),
  'a source in the open': () =>
    asked({
      architectures: ['amd64'],
      aptSources: [{ uri: 'http://a.example', suite: 'a', components: [], credentials: 'x' }],
    }),
  'a private PPA': () =>
    asked({ architectures: ['amd64'], customise: { repositories: [{ repository: 'ppa:o/n', credentials: 'x' }] } }),
  'private stanzas, two': () =>
    asked({
      architectures: ['amd64'],
      customise: { repositories: [{ repository: `${stanza('')}\n${stanza('')}`, credentials: 'x' }] },
    }),
  'a private stanza in the open': () =>
    asked({
      architectures: ['amd64'],
      customise: { repositories: [{ repository: stanza('').replace('https', 'http'), credentials: 'x' }] },
    }),
  'a private stanza with a password': () =>
    asked({
      architectures: ['amd64'],
      customise: { repositories: [{ repository: stanza('').replace('//', '//u:p@'), credentials: 'x' }] },
    }),
  'a repository without its credentials': () =>
    asked({ architectures: ['amd64'], customise: { repositories: [{ repository: stanza('') }] } }),
  'a repository that is a number': () => asked({ architectures: ['amd64'], customise: { repositories: [7] } }),
  'a password as name of credentials': () =>
    asked({
      architectures: ['amd64'],
      customise: { repositories: [{ repository: stanza(''), credentials: 'user:hush' }] },
    }),
  'sources that are none': () =>
    asked({ architectures: ['amd64'], sources: { snapshot: '20261320T000000Z', caData: 'x', stream: 'x' } }),
  'conclusions that are none': () => concludeInputOf({ plan: {}, architectures: {}, redrives: -1 }),
  'what a build says that is none': () => selectInputOf({ kernels: [] }),
  'YAML that is none': () => parseConfig('a: [', 'mirror.yaml'),
  'an empty file': () => parseConfig('', 'mirror.yaml'),
  'what comes later': () => parseConfig('views: {}\nkeep: 3\n', 'mirror.yaml'),
  'a view of two kinds': () => parseConfig('views: { a: { releases: [noble], from: b } }\n', 'mirror.yaml'),
  'a serial of two releases': () =>
    parseConfig('views: { a: { releases: [noble, jammy], serial: "20261120" } }\n', 'mirror.yaml'),
  'a view that is not there': () =>
    built('views: { a: { releases: [noble, jammy] }, c: { releases: [focal] } }', {
      view: 'b',
      releases: ['24.04', 'xenial'],
    }),
  'a mirror without views': () => built('views: {}'),
  'an order of a view': () => built('views: { a: { releases: [noble], serial: newest } }'),
  'sources by their old names': () =>
    asked({
      ...{ architectures: ['amd64'], places: {} },
      sources: { streamKeyring: 'A', archiveKeyring: 'A', ca: 'A' },
      aptSources: [{ uri: 'http://a.example', suite: 'a', components: [], keyring: 'A' }],
    }),
  'a private key as certificates': () =>
    asked({ architectures: ['amd64'], sources: { caData: '-----BEGIN EC PRIVATE KEY-----\nMIIhush\n' } }),
  'a file with a private key as certificates': () =>
    built('views: { a: { releases: [noble] } }\nsources: { ca: x }\n', {
      read: () => Buffer.from('-----BEGIN PRIVATE KEY-----\nMIIhush\n-----END PRIVATE KEY-----\n'),
    }),
  'the content of a keyring': () =>
    built(`views: { a: { releases: [noble] } }\nsources: { streamKeyring: ${'A'.repeat(300)} }\n`),
  'settings of other kinds': () =>
    built(
      'views: { a: { releases: noble, architectures: [], bootTest: maybe, compression: rar, customise: [], kernels: { required: [7] } } }\nschedule: yearly\nsite: { allowHttp: maybe }\n',
    ),
  'certificates that are none': () => built('views: { a: { releases: [noble] } }\nsources: { ca: x }\n'),
  'must be a build id': () => buildOf({ CODEBUILD_BUILD_ID: 'x' }),
  'no build at all': () => buildOf({}),
  'a job without release': () => jobOf({ ...job, MIRROR_ARCHITECTURE: 'amd64', MIRROR_RELEASE: '' }),
  'a job without architecture': () => jobOf(job),
  'a job of another folder': () => jobOf({ ...job, MIRROR_ARCHITECTURE: '', MIRROR_FOLDER: `a/${folder}` }),
  'a job with a base that is none': () => jobOf({ ...job, MIRROR_ARCHITECTURE: '', MIRROR_BASE: 'x' }),
  'a job that is half true': () => jobOf({ ...job, MIRROR_ARCHITECTURE: '', MIRROR_REBUILD: 'yes' }),
  'other bundles': () => checkBundles('abc', { MIRROR_BUNDLES: 'def' }),
  'bundles of nobody': () => checkBundles('', { MIRROR_BUNDLES: 'def' }),
  'bundles that nobody deployed': () => checkBundles('abc', {}),
  'facts that are wrong': () => distroInfoReleases('version,series,eol\n27.04,zany,soon\n', 'zany'),
  'facts that contradict': () =>
    distroInfoReleases('version,series,release,eol\n27.04,zany,2027-04-22,2027-01-01', '27.04'),
  'credentials that are none': () => credentialsIn('hush', 'the secret a'),
  'a folder as source': () => refuseFileAddresses({ sources: { archive: 'file:///srv' } } as unknown as BuildRequest),
  'a folder as a repository': () =>
    refuseFileAddresses({
      customise: { repositories: [stanza('').replace('https:', 'FILE:')] },
    } as unknown as BuildRequest),
  'a password of a server': () => refusePasswords(secret),
  'a password of a proxy': () =>
    refusePasswords({ sources: { proxy: 'http://u@p.example' } } as unknown as BuildRequest),
  'a password of a repository': () =>
    refusePasswords({
      customise: { repositories: ['ppa:o/n', stanza('').replace('//', '//u:p@')] },
    } as unknown as BuildRequest),
  'a repository of other types': () => parseRepository(stanza('').replace('deb', 'rpm deb')),
  'a repository that is off': () => parseRepository(stanza('Enabled: no\n')),
  'a repository of sources': () => parseRepository(stanza('').replace('deb', 'deb-src')),
  'a repository in a line': () => parseRepository('deb https://a.example ./'),
  'a repository of comments': () => parseRepository('# nothing\n\n'),
  'a PPA that is none': () => parseRepository('ppa:Owner/name'),
  'a repository without suites': () => parseRepository(stanza('').replace('Suites', 'X-Suites')),
  'a repository without components': () => parseRepository(stanza('').replace('./', 'noble')),
  'a repository with components too many': () => parseRepository(stanza('Components: main\n')),
  'a repository with a folder and a suite': () =>
    parseRepository(stanza('Components: main\n').replace('./', './ noble')),
  'a repository at no address': () => parseRepository(stanza('').replace('https', 'ftp')),
  'a repository with an odd suite': () => parseRepository(stanza('').replace('./', 'a&b/')),
  'a repository with an odd line': () => parseRepository(stanza('this is no field\n')),
  'a repository without key': () => parseRepository(stanza('').replace('Signed-By', 'X-Key')),
  'a repository with a key by its path': () => parseRepository(stanza('Signed-By: /usr/share/keyrings/a.gpg\n')),
  'a repository with half a key': () => parseRepository(stanza('').replace('-----END', '----END')),
  'a repository that is trusted': () => parseRepository(stanza('Trusted: yes\n')),
  'a repository with weak signatures': () => parseRepository(stanza('Allow-Weak: maybe\n')),
  'a repository with an odd option': () => parseRepository(stanza('By-Hash: sometimes\n')),
  'a repository with an odd number': () => parseRepository(stanza('Valid-Until-Max: 1d\n')),
  'a stack of something else': () => stackOutputsOf({ MirrorUrl: 'https://a/' }, 'Other'),
  'a stack of two mirrors': () => outputOf({ OneMirrorUrl01234567: 'a', TwoMirrorUrl89ABCDEF: 'b' }, 'MirrorUrl'),
};

it('refuses what a person can get wrong, with the value seen and what to do, as read by us', async () => {
  await expect(refusalsText(wrong, () => undefined)).toMatchFileSnapshot('golden/refusals.txt');
});
