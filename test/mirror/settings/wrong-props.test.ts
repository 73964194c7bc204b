import { App, CfnParameter, Duration, Lazy, SecretValue, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import {
  Architecture,
  DebianRelease,
  KernelBuild,
  KernelFlavour,
  MaasMirror,
  type MaasMirrorProps,
  MirrorSchedule,
  MirrorSite,
  StageBuild,
  UbuntuRelease,
} from '../../../lib';
import { refusalOf } from '../../catalog/refusal-of';
import { refusalsText } from '../../fixtures/refusals';
import { written } from '../../fixtures/written';
import '../../fixtures/needs-seconds';

const { NOBLE: noble, JAMMY: jammy } = UbuntuRelease;
const newStack = () => new Stack(new App({ analyticsReporting: false }), 'Stack');
const mirror = (props: object, stack = newStack()) => new MaasMirror(stack, 'Mirror', props as MaasMirrorProps);
const view = (fields: object, props: object = {}) =>
  mirror({ views: [{ name: 'a', releases: [noble], ...fields }], ...props });
const sources = (fields: object) => mirror({ releases: [noble], sources: fields });
const catalogue = (releases: object) => mirror({ releases: [noble], catalogue: { releases } });
const stanza = (uri: string, more = '') =>
  `Types: deb\nURIs: ${uri}\nSuites: noble\nComponents: main\n${more}Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME\n -----END PGP PUBLIC KEY BLOCK-----\n`;
const privateKey = (kind: string) =>
  `-----BEGIN ${kind}PRIVATE KEY-----\nMIIsecret@\n-----END ${kind}PRIVATE KEY-----\n`;
const withSecret = (repository: string) => {
  const stack = newStack();
  const credentials = Secret.fromSecretNameV2(stack, 'Secret', 'repo');
  return mirror(
    { views: [{ name: 'a', releases: [noble], privateRepositories: [{ repository, credentials }] }] },
    stack,
  );
};

const wrongProps: Readonly<Record<string, (stack: Stack) => unknown>> = {
  'views that are no list': () => mirror({ views: { name: 'a' } }),
  'a view that is a word': () => mirror({ views: ['candidate'] }),
  'a view without a name': () => mirror({ views: [{ releases: [noble] }] }),
  'a view with an empty name': () => view({ name: '' }),
  'a view in upper case': () => view({ name: 'Candidate' }),
  'a second view that is wrong': () =>
    mirror({
      views: [
        { name: 'a', releases: [noble] },
        { name: 'b', releases: [noble], purge: ['x'] },
      ],
    }),
  'a view of two kinds': () => view({ promote: { from: 'b' } }),
  'a recipe of a view that is not built': () =>
    view({ releases: [], from: 'b', serial: '20261120', bootloaders: false }),
  'a view that follows itself': () => view({ releases: [], from: 'a' }),
  'a promotion that is a word': () => view({ releases: [], promote: 'b' }),
  'a promotion after a number': () => view({ releases: [], promote: { from: 'b', after: 3 } }),
  'a promotion after seconds': () => view({ releases: [], promote: { from: 'b', after: Duration.seconds(90) } }),
  'a promotion from nowhere': () => view({ releases: [], promote: { after: Duration.days(3) } }),
  'a promotion with a wrong check': () => view({ releases: [], promote: { from: 'b', require: ['hw lab'] } }),
  'a selection that is no list': () => view({ releases: [], select: { from: 'b' } }),
  'a selection of a word': () => view({ releases: [], select: [{ from: 'b', releases: ['noble'] }] }),
  'a selection of no architectures': () => view({ releases: [], select: [{ from: 'b', architectures: [] }] }),
  'a selection from a view with a wrong name': () => view({ releases: [], select: [{ from: 'B' }] }),
  'a release twice in a view': () => view({ releases: [noble, noble] }),
  'a release in a view from JavaScript': () => view({ releases: ['noble'] }),
  'no architectures in a view': () => view({ architectures: [] }),
  'an architecture that a release has not': () => view({ architectures: [Architecture.of('i386')] }),
  'an architecture of the mirror that a release has not': () =>
    mirror({ releases: [noble], architectures: [Architecture.of('i386')] }),
  'a kernel that a release has not': () => view({ requiredKernels: [KernelFlavour.of('rt')] }),
  'a kernel of another release': () => view({ releases: [jammy], optionalKernels: [KernelFlavour.of('hwe-24.04')] }),
  'no kernels in a view': () => view({ requiredKernels: [] }),
  'two empty lists of kernels': () => view({ requiredKernels: [], optionalKernels: [] }),
  'a PPA without a name': () => view({ repositories: ['ppa:owner'] }),
  'a repository that is an address': () => view({ repositories: ['https://repo.example/ubuntu'] }),
  'a repository that is a line': () => view({ repositories: ['deb http://repo.example noble main'] }),
  'a repository without a key': () => view({ repositories: ['Types: deb\nURIs: https://r.example\nSuites: noble\n'] }),
  'a second repository with a password': () =>
    view({ repositories: ['ppa:a/b', stanza('https://user:secret@repo.example/')] }),
  'a repository that is a folder': () => view({ repositories: [stanza('file:///srv/repo')] }),
  'a proxy with a slash in its password': () => sources({ proxy: 'http://u:secr/et@h:1' }),
  'an archive with a slash in its password': () => sources({ archive: 'http://u:secr/et@h/ubuntu' }),
  'a proxy whose host may be in its password': () => sources({ proxy: 'http://u:12/secret@h:1' }),
  'a proxy without a scheme': () => sources({ proxy: 'u:secret@h:1' }),
  'sources that are an address': () => mirror({ sources: 'u:secret@archive.example' }),
  'a bucket that is an address': () => mirror({ mirrorBucket: 'https://u:secret@bucket.example' }),
  'sources that are null': () => mirror({ sources: null }),
  'sources that are a list': () => mirror({ sources: [] }),
  'a site that is a word': () => mirror({ site: 'x.example' }),
  'a catalogue that is a word': () => mirror({ catalogue: 'x' }),
  'a bucket that is a word': () => mirror({ mirrorBucket: 'name' }),
  'a bucket of logs that is a word': () => mirror({ serverAccessLogsBucket: 'name' }),
  'a topic that is an ARN': () => mirror({ alarmTopic: 'arn:aws:sns:eu-west-1:1:x' }),
  'a VPC that is an id': () => mirror({ vpc: 'vpc-1' }),
  'a certificate that is an ARN': () => mirror({ site: { domainName: 'x.example', certificate: 'arn:aws:acm:x' } }),
  'a keyring that is a URL': () => sources({ streamKeyring: 'http://u:secret@h/k.gpg' }),
  'a proxy without a host': () => sources({ proxy: 'http://:80' }),
  'a stream that is no URL': () => sources({ stream: 'https://[' }),
  'a repository for another architecture': () =>
    view({ repositories: [stanza('https://r.example', 'Architectures: arm64\n')] }),
  'a private repository by http': () => withSecret(stanza('http://repo.example/')),
  'private repositories that are a word': () => view({ privateRepositories: 'x' }),
  'private repositories that are null': () => view({ privateRepositories: null }),
  'a private repository that is null': () => view({ privateRepositories: [null] }),
  'a private repository that is undefined': () => view({ privateRepositories: [undefined] }),
  'a private repository that is a word': () => view({ privateRepositories: ['https://u:secret@r.example'] }),
  'a release that is a list': () => mirror({ releases: [[noble]] }),
  'a private PPA': () => withSecret('ppa:owner/name'),
  'a private repository with a password': () => withSecret(stanza('https://user:secret@repo.example/')),
  'a private repository without credentials': () =>
    view({ privateRepositories: [{ repository: stanza('https://r.example') }] }),
  'proposed, all': () => view({ proposed: ['all'] }),
  'proposed as a word': () => view({ proposed: 'openssl' }),
  'proposed twice': () => view({ proposed: ['openssl'], allProposed: true }),
  'a package in upper case': () => view({ packages: ['Vim'] }),
  'a kernel as a package': () => view({ packages: ['vim', 'linux-generic'] }),
  'a package that is removed': () => view({ purge: ['vim-'] }),
  'a serial that is a word': () => view({ serial: 'newest' }),
  'a serial for two releases': () => view({ releases: [noble, jammy], serial: '20261120' }),
  'a serial that is a number': () => view({ serial: 20261120 }),
  'a boot test that is a word': () => view({ bootTest: 'false' }),
  'a boot limit that is a number': () => view({ bootTimeout: 30 }),
  'a boot limit of seconds': () => view({ bootTimeout: Duration.seconds(90) }),
  'bootloaders that are a word': () => view({ bootloaders: 'no' }),
  'a PPA of a Debian': () => view({ releases: [DebianRelease.BOOKWORM], repositories: ['ppa:a/b'] }),
  'a snapshot of a Debian': () =>
    mirror({ releases: [DebianRelease.BOOKWORM], sources: { snapshot: '20261120T000000Z' } }),
  'a stream that is a word': () => sources({ stream: 'weekly' }),
  'an archive without a scheme': () => sources({ archive: 'archive.example/ubuntu' }),
  'an archive with a password': () => sources({ archive: 'https://user:secret@archive.example/ubuntu' }),
  'an archive that is a folder': () => sources({ ports: 'file:///srv/ubuntu' }),
  'a proxy with a password': () => sources({ proxy: 'http://user:secret@proxy.example:3128' }),
  'a snapshot that is a day': () => sources({ snapshot: '2026-11-20' }),
  'a snapshot that no month has': () => sources({ snapshot: '20260230T000000Z' }),
  'a source that there is not': () => sources({ mirror: 'https://archive.example' }),
  'a keyring that is missing': () => sources({ streamKeyring: 'no-such.gpg' }),
  'a keyring that is empty': () => sources({ archiveKeyring: written('empty.gpg', '') }),
  'a keyring that is a folder': () => sources({ archiveKeyring: '/' }),
  'a keyring that is a text': () => sources({ streamKeyring: written('key.gpg', 'hello') }),
  'a keyring with a private key': () =>
    sources({ archiveKeyring: written('key.gpg', Buffer.from([0xc6, 1, 4, 0xc5, 1, 4])) }),
  'an armoured private key as a keyring': () => sources({ archiveKeyring: written('key.gpg', privateKey('PGP ')) }),
  'the content of a keyring': () => sources({ streamKeyring: Buffer.alloc(1200, 7).toString('base64') }),
  'the content of certificates': () => sources({ ca: `-----BEGIN CERTIFICATE-----\nMII\n` }),
  'certificates that are none': () => sources({ ca: written('ca.pem', 'hello') }),
  'a private key as certificates': () => sources({ ca: written('ca.pem', privateKey('')) }),
  places: () => mirror({ releases: [noble], places: {} }),
  'a version that Ubuntu does not have': () => catalogue({ zany: { version: '27.05' } }),
  'a version that is a number': () => catalogue({ zany: { version: 27.04 } }),
  'a version of another release': () => catalogue({ zany: { version: '24.04' } }),
  'a day that is a year': () => catalogue({ zany: { version: '27.04', released: '2027' } }),
  'an unknown fact': () => catalogue({ zany: { version: '27.04', lts: true } }),
  'a release of Debian in the catalogue': () => catalogue({ bookworm: { version: '12' } }),
  'a release with the version of another': () => UbuntuRelease.of('zany', { version: '24.04' }),
  'a release with a version that is a name': () => UbuntuRelease.of('zany', { version: 'next' }),
  'a release by an unknown version': () => UbuntuRelease.of('27.04'),
  'a Debian that is unknown': () => DebianRelease.of('trixie'),
  'half a build at once': () => mirror({ maxConcurrency: 2.5 }),
  'builds at once as a word': () => mirror({ maxConcurrency: '5' }),
  'builds at once by a parameter': (stack) =>
    mirror({ maxConcurrency: new CfnParameter(stack, 'P', { type: 'Number' }).valueAsNumber }, stack),
  'a token in a view': () => view({ packages: ['vim', Lazy.string({ produce: () => 'emacs' })] }),
  'a secret as a repository': () => view({ repositories: [SecretValue.secretsManager('x').toString()] }),
  'a network of the site as a word': () => mirror({ site: { allowedCidrs: '10.0.0.0/8' } }),
  'a wrong network of the site': () => mirror({ site: { allowedCidrs: ['10.0.0.0/8', '10.0.0.0/33'] } }),
  'too many networks of the site': () =>
    mirror({ site: { allowedCidrs: Array.from({ length: 255 }, (_, at) => `10.${at}.0.0/17`) } }),
  'a site with a name alone': () => mirror({ site: { domainName: 'images.example.com' } }),
  'a site with an address as name': () => mirror({ site: { domainName: 'https://images.example.com' } }),
  'a site with http and passwords': () => mirror({ site: { allowHttp: true, basicAuth: true } }),
  'a bucket of the mirror with a key': (stack) =>
    mirror({ mirrorBucket: new Bucket(stack, 'Own', { encryption: BucketEncryption.KMS }) }, stack),
  'a bucket of the mirror in another stack': (stack) =>
    mirror({ mirrorBucket: new Bucket(new Stack(stack.node.root as App, 'Other'), 'Own') }, stack),
  'a mirror in China': () => mirror({}, new Stack(new App(), 'Stack', { env: { region: 'cn-north-1' } })),
  'a key of KMS for encryption': (stack) => mirror({ signingKey: new Key(stack, 'Key') }, stack),
  'a schedule that is no work': () => mirror({ views: [], schedule: MirrorSchedule.DAILY }),
  'an unknown stage': (stack) =>
    new StageBuild(stack, 'Build', { stage: 'build', workBucket: new Bucket(stack, 'Work') }),
  'subnets of a kernel without a VPC': (stack) =>
    new KernelBuild(stack, 'Ga', { kernel: KernelFlavour.GA, workBucket: new Bucket(stack, 'Work'), vpcSubnets: {} }),
};

const fromFile = (text: string, props: MaasMirrorProps = {}) =>
  MaasMirror.fromConfig(newStack(), 'Mirror', written('mirror.yaml', text), props);
const views = (fields: string) => fromFile(`views: { next: { releases: [noble], ${fields} } }`);

const wrongFiles: Readonly<Record<string, () => unknown>> = {
  'no YAML': () => fromFile('views: ['),
  'an empty file': () => fromFile(''),
  'an unknown field': () => views('flavours: [ga]'),
  'an old name': () => fromFile('views: { next: { releases: [noble] } }\nplaces: { stream: daily }'),
  'what comes later': () => fromFile('views: { next: { releases: [noble] } }\nkeep: { days: 3 }'),
  'a view of two kinds': () => fromFile('views: { next: { releases: [noble], from: stable } }'),
  'an unknown release in a selection': () =>
    fromFile('views: { next: { select: [{ from: b }, { from: a, releases: [nobel] }] } }'),
  'an unknown flavour in a selection': () =>
    fromFile('views: { next: { select: [{ from: a, flavours: [ga, hew] }] } }'),
  'no views, and a schedule': () => fromFile('views: {}\nschedule: daily'),
  'an unknown release': () => fromFile('views: { a: { releases: [noble] }, next: { releases: [jammy, zany] } }'),
  'a release without a version': () =>
    fromFile('views: { next: { releases: [zany] } }\ncatalogue: { releases: { zany: {} } }'),
  'a release twice': () => fromFile('views: { next: { releases: [noble, "24.04"] } }'),
  'an unknown architecture': () => views('architectures: [amd64, x86_64]'),
  'an architecture that the release has not': () => views('architectures: [i386]'),
  'an unknown kernel': () => views('kernels: { required: [ga], optional: [linux-generic] }'),
  'a kernel that the release has not': () => views('kernels: { required: [rt] }'),
  'kernels, none': () => views('kernels: {}'),
  'a serial that is a word': () => views('serial: newest'),
  'a long boot': () => views('bootTimeout: 600'),
  'a kernel as a package': () => views('customise: { packages: [vim, linux-generic] }'),
  'a password after a private repository': () =>
    views(
      `customise: { repositories: [{ repository: ${JSON.stringify(stanza('https://r.example'))}, credentials: repo }, ${JSON.stringify(stanza('https://u:secret@r.example'))}] }`,
    ),
  'a password of a server': () =>
    fromFile('views: { next: { releases: [noble] } }\nsources: { proxy: "http://u:secret@proxy.example" }'),
  'a folder': () => fromFile('views: { next: { releases: [noble] } }\nsources: { archive: "file:///srv" }'),
  'a folder, overridden by another': () =>
    fromFile('views: { next: { releases: [noble] } }\nsources: { archive: "file:///srv" }', {
      sources: { archive: 'file:///other' },
    }),
  'a keyring that is missing': () =>
    fromFile('views: { next: { releases: [noble] } }\nsources: { streamKeyring: no-such.gpg }'),
  'the content of a keyring': () =>
    fromFile(`views: { next: { releases: [noble] } }\nsources: { streamKeyring: ${'AAAA'.repeat(100)} }`),
  'a host name without a certificate': () =>
    fromFile('views: { next: { releases: [noble] } }\nsite: { domainName: images.example.com }'),
  'a certificate of elsewhere': () =>
    fromFile(
      'views: { next: { releases: [noble] } }\nsite: { domainName: images.example.com, certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1" }',
    ),
  'a network that is none': () =>
    fromFile('views: { next: { releases: [noble] } }\nsite: { allowedCidrs: [10.0.0.1] }'),
  'views that are nearly alike': () => fromFile('views: { a-1: { releases: [noble] }, a1: { releases: [noble] } }'),
  'a property that is wrong beside the file': () =>
    fromFile('views: { next: { releases: [noble] } }', { maxConcurrency: 0 }),
  'views that override the file': () =>
    fromFile('views: { next: { releases: [noble] } }', { views: [{ name: 'a', releases: [noble], serial: 'x' }] }),
};

/** What no message to a user of the constructs has: fields of internal data, and options of the command line. */
const foreign = /customise|kernels\.(required|optional)|Data\b|(?<!gpg) --[a-z]|maas-mirror (build|releases)/;

describe('a wrong property', () => {
  it('is refused by its name, with what to do', async () => {
    await expect(withoutFolder(refusalsText(wrongProps, newStack))).toMatchFileSnapshot('golden/wrong-props.txt');
  });

  it.each(Object.entries(wrongProps))('has the hint in its message, and no word of other interfaces: %s', (_, make) => {
    const error = refusalOf(() => make(newStack()));

    expect(error.message).toMatch(/\n {2}\S/);
    expect(error.message).toContain(error.hint);
    expect(error.message).not.toMatch(foreign);
    expect(error.message).not.toContain('secret@');
    expect(Object.keys(error)).toEqual([]);
  });
});

it('names the file and its fields where a mirror.yaml is wrong', async () => {
  await expect(withoutFolder(refusalsText(wrongFiles, () => undefined))).toMatchFileSnapshot('golden/wrong-files.txt');
});

it('names the construct as the CDK does, and is one error with its stack', () => {
  const { stack = '' } = refusalOf(() => mirror({ site: { allowedCidrs: [] } }));

  expect(stack).toMatch(/^BadInput: site\.allowedCidrs is empty\n {2}add/);
  expect(stack).toMatch(/\nRelates to construct:\n {4}Stack\/Mirror\/Site$/);
});

it('takes a site and a mirror with errors of their own as they are', () => {
  const made = () => {
    throw new TypeError('not ours');
  };

  expect(
    () =>
      new MirrorSite(newStack(), 'Site', {
        get allowedCidrs() {
          return made();
        },
      } as never),
  ).toThrow(TypeError);
});

/** Files of this test have other paths in each run. */
const withoutFolder = (text: string) =>
  text.replaceAll(/\/\S*\/(mirror\.yaml|no-such\.gpg|empty\.gpg|key\.gpg|ca\.pem)/g, '$1');
