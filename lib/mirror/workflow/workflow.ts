/* mirror/workflow: the state machine. */

import { ArnFormat, Duration, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IRole, Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  type Chain,
  Choice,
  Condition,
  DefinitionBody,
  LogLevel,
  Pass,
  QueryLanguage,
  StateMachine,
  type StateMachineProps,
  StateMachineType,
  Succeed,
  type TaskStateBase,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { concluding } from '../../job/events';
import { everyBuild, type StageBuilds } from '../builds/stage-builds';
import { noProbe, type ProbeSettings } from '../settings/probe-settings';
import { EachArchitecture } from './each-architecture';
import { orProbe } from './probe-branch';
import { buildTask, functionTask } from './tasks';
import { workflowRole } from './workflow-role';

/** Builds and functions that share one work bucket; all use the bundles of this package by default. */
export interface ReleaseWorkflowProps extends StageBuilds {
  /** `new MirrorFunction(…, { asset: 'plan', … }).function`. */
  readonly plan: IFunction;
  /** The function with the asset `select`. */
  readonly select: IFunction;
  /** The function with the asset `publish`, which has the signing key. */
  readonly publish: IFunction;
  /** How many architectures are built at once. @default 1 */
  readonly maxConcurrency?: number;
  /** How many flavours of each architecture are built at once. @default 5 */
  readonly maxKernelConcurrency?: number;
  /** The mirror's own sources and architectures that `maas-mirror doctor` tests in a build. @default - none */
  readonly probe?: ProbeSettings;
}

/**
 * The state machine: one execution builds one release. Its input is a BuildRequest (lib/job/build-request.ts). The local engine
 * runs the same definition, so it uses only features that both support (JSONPath, inline maps, no ResultPath `$`).
 * @example
 * const stage = (id: string, name: string) => new StageBuild(stack, id, { stage: name, workBucket });
 * const lambda = (id: string, asset: string, signingKey?: BoundSigningKey) =>
 *   new MirrorFunction(stack, id, { asset, mirrorBucket, workBucket, ...(signingKey && { signingKey }) }).function;
 *
 * new ReleaseWorkflow(stack, 'Workflow', {
 *   fetch: stage('Fetch', 'fetch'),
 *   upgrade: stage('Upgrade', 'upgrade'),
 *   prepare: stage('Prepare', 'prepare'),
 *   kernelBuilds: [new KernelBuild(stack, 'Ga', { kernel: KernelFlavour.GA, workBucket })],
 *   bootTest: stage('BootTest', 'boot-test'),
 *   bootloaders: stage('Bootloaders', 'bootloaders'),
 *   plan: lambda('Plan', 'plan'),
 *   select: lambda('Select', 'select'),
 *   publish: lambda('Publish', 'publish', SigningKey.kms().bind(stack)),
 * });
 */
export class ReleaseWorkflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly logGroup: LogGroup;

  /** The ARN of all its executions. It cannot be derived from the ARN of the state machine, which is a token at synth. */
  get executionsArn(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${this.stateMachine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  constructor(scope: Construct, id: string, { plan, ...given }: ReleaseWorkflowProps) {
    super(scope, id);
    const props = { ...given, ...atOnceOf(given) };
    const architectures = new EachArchitecture(this, 'Architectures', props).map;

    const definition = this.plan(plan).next(
      Choice.jsonPath(this, 'HasUpdates')
        .when(Condition.booleanEquals('$.plan.updates', false), Succeed.jsonPath(this, 'UpToDate'))
        .when(Condition.booleanEquals('$.plan.bootloaders', true), this.bootloaders(props))
        .otherwise(architectures),
    );
    architectures.next(this.conclude(plan)).next(
      Choice.jsonPath(this, 'Redriven')
        .when(Condition.booleanEquals('$.conclusion.again', true), this.buildAgain().next(architectures))
        .otherwise(Succeed.jsonPath(this, 'Published', { outputPath: '$.conclusion.result' })),
    );

    this.logGroup = new LogGroup(this, 'Log', {
      // Log groups with other names are added to a resource policy of 5,120 characters, which can be full in a busy account.
      logGroupName: `/aws/vendedlogs/states/${Names.uniqueResourceName(this, { maxLength: 128, separator: '-' })}`,
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const functions = [plan, props.select, props.publish];
    const role = workflowRole(this, { functions, builds: everyBuild(props) });
    this.stateMachine = new WorkflowMachine(this, 'StateMachine', role, {
      definitionBody: DefinitionBody.fromChainable(
        orProbe(this, definition, { ...props, probe: props.probe ?? noProbe }),
      ),
      queryLanguage: QueryLanguage.JSON_PATH,
      stateMachineType: StateMachineType.STANDARD,
      timeout: Duration.hours(24),
      tracingEnabled: true,
      logs: { destination: this.logGroup, level: LogLevel.ALL, includeExecutionData: false }, // build requests may contain passwords
    });
  }

  /** Its payload is PlanInput, its result Plan of lib/job/plan.ts. */
  private plan(plan: IFunction): TaskStateBase {
    return functionTask(this, 'Plan', {
      function: plan,
      payload: { 'request.$': '$', 'execution.$': '$$.Execution.Name', ...redrives },
      resultField: 'plan',
    });
  }

  /** Bootloaders belong to a view, not to a release. The input of Publish is PublishLoadersInput of lib/job/handed-on/publish-input.ts. */
  private bootloaders({ bootloaders, publish }: Pick<ReleaseWorkflowProps, 'bootloaders' | 'publish'>): Chain {
    const build = buildTask(this, 'Bootloaders', {
      project: bootloaders.project,
      jobPath: '$.plan.job',
      resultPath: '$.built',
    });
    const published = functionTask(this, 'PublishBootloaders', {
      function: publish,
      payload: { bootloaders: { 'job.$': '$.plan.job', 'built.$': '$.built' } },
      resultField: 'result',
      resultPath: '$.published',
    });
    return build.next(published).next(this.bootloadersPublished());
  }

  private bootloadersPublished(): Pass {
    return Pass.jsonPath(this, 'BootloadersPublished', {
      parameters: {
        'execution.$': '$.plan.execution',
        'release.$': '$.plan.release',
        'view.$': '$.plan.view',
        bootloaders: { 'published.$': '$.published.result.products', 'result.$': '$.published.result' },
      },
    });
  }

  /**
   * Its payload is ConcludeInput of lib/job/plan.ts. This step fails if architectures have failed. It is not a Fail state: a
   * redrive begins with the failed step, and a Fail state would only fail again.
   */
  private conclude(plan: IFunction): TaskStateBase {
    return functionTask(this, concluding, {
      function: plan,
      payload: { 'plan.$': '$.plan', 'architectures.$': '$.architectures', ...redrives },
      resultField: 'conclusion',
    });
  }

  private buildAgain(): Pass {
    return Pass.jsonPath(this, 'BuildAgain', { parameters: { 'plan.$': '$.conclusion.plan' } });
  }
}

/** A state machine whose role is complete: permissions that the CDK grants while it creates one are dropped; later ones are kept. */
class WorkflowMachine extends StateMachine {
  override readonly role: IRole;

  constructor(scope: Construct, id: string, role: Role, props: Omit<StateMachineProps, 'role'>) {
    super(scope, id, { ...props, role: role.withoutPolicyUpdates() });
    this.role = role;
  }
}

/** Five builds at once, the default of MaasMirror. */
function atOnceOf({ maxConcurrency = 1, maxKernelConcurrency = 5 }: Partial<ReleaseWorkflowProps>) {
  return { maxConcurrency, maxKernelConcurrency };
}

const redrives = { 'redrives.$': '$$.Execution.RedriveCount' };
