import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { KernelFlavour, MaasMirror, type MaasMirrorProps, UbuntuRelease } from '../../lib';
import { allKernelNames } from '../../lib/catalog/kernels';

export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Next?: string;
  readonly ResultPath?: string | null;
  readonly ResultSelector?: Readonly<Record<string, string>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly IntervalSeconds: number;
    readonly MaxDelaySeconds?: number;
    readonly MaxAttempts: number;
    readonly BackoffRate: number;
  }[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string }[];
  readonly Choices?: readonly Readonly<Record<string, unknown>>[];
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: Definition;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** Of a mirror that can build all that there is, as the one that a single machine runs. */
export const everyFlavour: MaasMirrorProps = { kernels: allKernelNames.map((name) => KernelFlavour.of(name)) };

/** What would change a mirror in the field if a flag of the CDK changed it. */
export const sameTypes = [
  'AWS::S3::Bucket',
  'AWS::CodeBuild::Project',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::KMS::Key',
  'AWS::CloudFront::Distribution',
  'AWS::CloudFront::Function',
  'AWS::CloudFront::OriginAccessControl',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::StepFunctions::StateMachine',
];

export function templateOf(props?: MaasMirrorProps, context: Record<string, unknown> = {}): Template {
  const stack = new Stack(new App({ context, analyticsReporting: false }), 'Stack');
  new MaasMirror(stack, 'Mirror', props);
  return Template.fromStack(stack);
}

/** A mirror in a stack of its own, with what was made of it. @param props by default one release */
export function madeMirror(props: (stack: Stack) => MaasMirrorProps = () => ({ releases: [UbuntuRelease.NOBLE] })) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const mirror = new MaasMirror(stack, 'Mirror', props(stack));
  return { stack, mirror, template: Template.fromStack(stack) };
}

/** Logical ids of a type. */
export const idsOf = (template: Template, type: string) => Object.keys(template.findResources(type));

export const propertiesOf = (template: Template, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

/** The orders that the schedules of a mirror carry, with the time that Scheduler fills in. */
export function requestsIn(template: Template): { at: string; request: Record<string, unknown> }[] {
  const inputs = propertiesOf(template, 'AWS::Scheduler::Schedule').map(({ Target }) => JSON.parse(Target.Input));
  return inputs.filter((input) => 'request' in input); // that of promotions has none
}

/** The state machine's definition; what CloudFormation would fill in stands there by its logical id without hash. */
export function definitionOf(template: Template): Definition {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  return JSON.parse(filledIn(machine?.Properties.DefinitionString)) as Definition;
}

/** All states, those inside maps too, by their names. */
export function statesOf({ States }: Definition): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);
}

function filledIn(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, argument] = []] = Object.entries(value as Record<string, unknown>);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(filledIn).join('');
  if (argument === 'AWS::Partition') return 'aws';
  const id = Array.isArray(argument) ? argument[0] : argument;
  return String(id).replace(/[0-9A-F]{8}$/, '');
}
