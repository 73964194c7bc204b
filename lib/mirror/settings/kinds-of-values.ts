import { Token } from 'aws-cdk-lib';
import { shownText } from '../../given-address';
import type { MirrorView } from '../choices/mirror-view';
import type { MaasMirrorProps } from '../maas-mirror-props';
import type { Path } from '../refusals/property-path';
import { refused } from '../refusals/synth-error';

/** What a property accepts, for users without a compiler that says so. */
interface Kind {
  /** Fields that every such value has. */
  readonly has: readonly string[];
  /** What to use instead of this word. */
  readonly use: (word: string) => string;
}

const kinds = {
  schedule: {
    has: ['expressionString', 'toExpression'],
    use: (word) => `use MirrorSchedule.of(${word}): hourly, daily, weekly or an EventBridge Scheduler expression`,
  },
  signingKey: {
    has: ['bind'],
    use: () => 'use SigningKey.kms(key) for a KMS key, or SigningKey.secret(secret) for a secret',
  },
  duration: { has: ['toMinutes'], use: () => 'use a Duration, such as Duration.minutes(45)' },
  release: { has: ['name'], use: (word) => `use UbuntuRelease.of(${word}) or DebianRelease.of(${word})` },
  architecture: { has: ['name'], use: (word) => `use Architecture.of(${word})` },
  secret: {
    has: ['secretArn', 'secretName'],
    use: () => 'use a secret: Secret.fromSecretNameV2(this, "Repository", "NAME")',
  },
  bucket: {
    has: ['bucketArn', 'bucketName'],
    use: (word) => `use a bucket: Bucket.fromBucketName(this, "Bucket", ${word})`,
  },
  topic: { has: ['topicArn', 'topicName'], use: (word) => `use a topic: Topic.fromTopicArn(this, "Topic", ${word})` },
  vpc: {
    has: ['vpcId', 'selectSubnets'],
    use: (word) => `use a VPC: Vpc.fromLookup(this, "Vpc", { vpcId: ${word} })`,
  },
  certificate: {
    has: ['certificateArn'],
    use: (word) => `use a certificate: Certificate.fromCertificateArn(this, "Certificate", ${word})`,
  },
  kernel: { has: ['name', 'requestedName'], use: (word) => `use KernelFlavour.of(${word})` },
} satisfies Readonly<Record<string, Kind>>;

/**
 * Refuses strings and resources where an object of this package is required: JavaScript accepts them, and they would cause
 * an error elsewhere that names no property.
 * @throws BadInput (misuse) naming the property, the value and what to use
 */
export function requireKinds(props: MaasMirrorProps): void {
  requireKind(['schedule'], props.schedule, kinds.schedule);
  requireKind(['signingKey'], props.signingKey, kinds.signingKey);
  requireKind(['stageTimeout'], props.stageTimeout, kinds.duration);
  requireKind(['mirrorBucket'], props.mirrorBucket, kinds.bucket);
  requireKind(['serverAccessLogsBucket'], props.serverAccessLogsBucket, kinds.bucket);
  requireKind(['alarmTopic'], props.alarmTopic, kinds.topic);
  requireKind(['vpc'], props.vpc, kinds.vpc);
  requireFields(['sources'], props.sources, 'use an object: { archive: "http://archive.example/ubuntu" }');
  requireFields(['site'], props.site, 'use an object: { basicAuth: true }');
  requireFields(['catalogue'], props.catalogue, 'use an object: { releases: { zany: { version: "27.04" } } }');
  requireKind(['site', 'certificate'], props.site?.certificate, kinds.certificate);
  requireEach(['releases'], props.releases, kinds.release);
  requireEach(['architectures'], props.architectures, kinds.architecture);
  requireEach(['kernels'], props.kernels, kinds.kernel);
  requireList(['views'], props.views, 'use a list of views: [{ name: "candidate", releases: [UbuntuRelease.NOBLE] }]');
  for (const [at, view] of (props.views ?? []).entries()) {
    requireView(['views', at], view);
    requireEach(['views', at, 'releases'], view.releases, kinds.release);
    requireEach(['views', at, 'architectures'], view.architectures, kinds.architecture);
    requireEach(['views', at, 'requiredKernels'], view.requiredKernels, kinds.kernel);
    requireEach(['views', at, 'optionalKernels'], view.optionalKernels, kinds.kernel);
    requirePrivate(['views', at, 'privateRepositories'], view.privateRepositories);
    requireKind(['views', at, 'bootTimeout'], view.bootTimeout, kinds.duration);
    requireSource(['views', at], view);
  }
}

function requireSource(property: Path, { promote, select }: MirrorView): void {
  requireFields([...property, 'promote'], promote, 'use an object: { from: "candidate", after: Duration.days(3) }');
  requireKind([...property, 'promote', 'after'], promote?.after, kinds.duration);
  requireList([...property, 'select'], select, 'use a list: [{ from: "stable", releases: [UbuntuRelease.JAMMY] }]');
  for (const [at, part] of (select ?? []).entries()) {
    const path = [...property, 'select', at];
    requireFields(path, part, 'use an object: { from: "stable" }');
    requireEach([...path, 'releases'], part.releases, kinds.release);
    requireEach([...path, 'architectures'], part.architectures, kinds.architecture);
    requireEach([...path, 'flavours'], part.flavours, kinds.kernel);
  }
}

function requirePrivate(property: Path, repositories: MirrorView['privateRepositories']): void {
  requireList(property, repositories, `use a list: [${privateRepository}]`);
  if (repositories === undefined || Token.isUnresolved(repositories)) return;
  for (const [at, repository] of repositories.entries()) {
    requireGiven([...property, at], repository, { has: [], use: () => `use an object: ${privateRepository}` });
    requireGiven([...property, at, 'credentials'], repository.credentials, kinds.secret);
  }
}

const privateRepository =
  '{ repository: "Types: deb…", credentials: Secret.fromSecretNameV2(this, "Repository", "NAME") }';

function requireEach(property: Path, values: readonly unknown[] | undefined, kind: Kind): void {
  requireList(property, values, `use a list; for its items, ${kind.use(wordOf(values))}`);
  if (values === undefined || Token.isUnresolved(values)) return;
  for (const [at, value] of values.entries()) {
    if (!isOf(kind, value)) throw wrongKind([...property, at], value, kind.use(wordOf(value)));
  }
}

function requireList(property: Path, values: readonly unknown[] | undefined, hint: string): void {
  if (values === undefined || Array.isArray(values) || Token.isUnresolved(values)) return;
  throw wrongKind(property, values, hint);
}

function requireFields(property: Path, value: unknown, hint: string): void {
  if (value === undefined || Token.isUnresolved(value)) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongKind(property, value, hint);
}

function requireView(property: Path, view: unknown): void {
  if (Token.isUnresolved(view) || (typeof view === 'object' && view !== null && 'name' in view)) return;
  throw wrongKind(property, view, 'use an object with a name: { name: "candidate", releases: [UbuntuRelease.NOBLE] }');
}

function requireKind(property: Path, value: unknown, kind: Kind): void {
  if (value !== undefined) requireGiven(property, value, kind);
}

function requireGiven(property: Path, value: unknown, kind: Kind): void {
  if (isOf(kind, value)) return;
  throw wrongKind(property, value, kind.use(wordOf(value)));
}

/** Checked by fields, since an app may contain this package twice. Tokens are refused by requireKnown. */
const isOf = ({ has }: Kind, value: unknown): boolean =>
  Token.isUnresolved(value) || (typeof value === 'object' && value !== null && has.every((field) => field in value));

const wordOf = (value: unknown): string => (typeof value === 'string' ? shown(value) : '…');

function wrongKind(property: Path, value: unknown, hint: string): Error {
  return refused(property, `is ${shown(value)}`, hint);
}

/** `"daily"`, `5`, `an object of class aws-cdk-lib.aws_kms.Key (Stack/Key)`; the fields of an object may be long, or secret. */
function shown(value: unknown): string {
  if (typeof value === 'function') return `the function or class ${value.name}`;
  if (typeof value === 'string') return JSON.stringify(shownText(value)); // may be an address with a password
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? typeof value;
  if (Array.isArray(value)) return 'a list';
  const { node } = value as { readonly node?: { readonly path?: string } };
  const path = node?.path === undefined ? '' : ` (${node.path})`;
  return `an object of class ${classOf(value)}${path}`;
}

/** CDK classes have their full name in this symbol; after compilation, their own name may differ: `Key2`. */
function classOf(value: object): string {
  const { constructor: made } = value as { readonly constructor?: { readonly name?: string; readonly [rtti]?: Fqn } };
  return made?.[rtti]?.fqn ?? made?.name ?? 'Object';
}

const rtti: unique symbol = Symbol.for('jsii.rtti');
interface Fqn {
  readonly fqn?: string;
}
