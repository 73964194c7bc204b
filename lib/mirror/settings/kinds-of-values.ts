import { Token } from 'aws-cdk-lib';
import { MirrorError } from '../../errors';
import type { MaasMirrorProps } from '../maas-mirror-props';

/** What a property takes, for who has no compiler to say so. */
interface Kind {
  /** What only such a value has. */
  readonly has: readonly string[];
  /** What to give instead of this word. */
  readonly give: (word: string) => string;
}

const kinds = {
  schedule: {
    has: ['expressionString', 'toExpression'],
    give: (word) => `give MirrorSchedule.of(${word}): hourly, daily, weekly or an expression of EventBridge Scheduler`,
  },
  signingKey: {
    has: ['bind'],
    give: () => 'give SigningKey.kms(key) of a key of KMS, or SigningKey.secret(secret) of a secret',
  },
  duration: { has: ['toMinutes'], give: () => 'give a Duration: Duration.minutes(45)' },
  release: { has: ['name'], give: (word) => `give UbuntuRelease.of(${word}) or DebianRelease.of(${word})` },
  architecture: { has: ['name'], give: (word) => `give Architecture.of(${word})` },
  kernel: { has: ['name', 'asked'], give: (word) => `give KernelFlavour.of(${word})` },
} satisfies Readonly<Record<string, Kind>>;

/**
 * Refuses words and resources where an object of this package is needed: JavaScript lets them pass, and they would fail
 * far from here.
 * @throws BadInput (misuse) naming the property, what was given and what to give
 */
export function requireKinds(props: MaasMirrorProps): void {
  requireKind('schedule', props.schedule, kinds.schedule);
  requireKind('signingKey', props.signingKey, kinds.signingKey);
  requireKind('stageTimeout', props.stageTimeout, kinds.duration);
  requireEach('releases', props.releases, kinds.release);
  requireEach('architectures', props.architectures, kinds.architecture);
  requireEach('kernels', props.kernels, kinds.kernel);
  for (const [at, view] of (props.views ?? []).entries()) {
    requireEach(`views[${at}].releases`, view.releases, kinds.release);
    requireEach(`views[${at}].architectures`, view.architectures, kinds.architecture);
    requireEach(`views[${at}].requiredKernels`, view.requiredKernels, kinds.kernel);
    requireEach(`views[${at}].optionalKernels`, view.optionalKernels, kinds.kernel);
    requireKind(`views[${at}].bootTimeout`, view.bootTimeout, kinds.duration);
  }
}

function requireEach(property: string, values: unknown, kind: Kind): void {
  if (values === undefined || Token.isUnresolved(values)) return;
  if (!Array.isArray(values)) throw wrongKind(property, values, `give a list: in it, ${kind.give(wordOf(values))}`);
  for (const [at, value] of values.entries()) {
    if (!isOf(kind, value)) throw wrongKind(`${property}[${at}]`, value, kind.give(wordOf(value)));
  }
}

function requireKind(property: string, value: unknown, kind: Kind): void {
  if (value === undefined || isOf(kind, value)) return;
  throw wrongKind(property, value, kind.give(wordOf(value)));
}

/** By what it has: an app may hold this package twice. Tokens are refused where values have to be known. */
const isOf = ({ has }: Kind, value: unknown): boolean =>
  Token.isUnresolved(value) || (typeof value === 'object' && value !== null && has.every((field) => field in value));

const wordOf = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : '…');

function wrongKind(property: string, value: unknown, hint: string): MirrorError {
  return new MirrorError('BadInput', `the property ${property} is ${shown(value)}`, { hint, misuse: true });
}

/** `"daily"`, `5`, `of the class aws-cdk-lib.aws_kms.Key (Stack/Key)`; what is inside an object may be long, or secret. */
function shown(value: unknown): string {
  if (typeof value === 'function') return `the function or class ${value.name}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? typeof value;
  const { node } = value as { readonly node?: { readonly path?: string } };
  const path = node?.path === undefined ? '' : ` (${node.path})`;
  return `of the class ${classOf(value)}${path}`;
}

/** Classes of the CDK tell their full name by this symbol; compiled, their own name may be another: `Key2`. */
function classOf(value: object): string {
  const { constructor: made } = value as { readonly constructor?: { readonly name?: string; readonly [rtti]?: Fqn } };
  return made?.[rtti]?.fqn ?? made?.name ?? 'Object';
}

const rtti: unique symbol = Symbol.for('jsii.rtti');
interface Fqn {
  readonly fqn?: string;
}
