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

/** Builds and functions that share one work bucket; the bundles of all are those of this package unless you say otherwise. */
export interface ReleaseWorkflowProps extends StageBuilds {
  /** `new MirrorFunction(…, { asset: 'plan', … }).function`. */
  readonly plan: IFunction;
  /** Of the asset `select`. */
  readonly select: IFunction;
  /** Of the asset `publish`, which has the signing key. */
  readonly publish: IFunction;
  /** How many architectures are built at once. @default 1 */
  readonly maxConcurrency?: number;
  /** How many flavours of each of them. @default 5 */
  readonly maxKernelConcurrency?: number;
  /** What `maas-mirror doctor` lets a build try of the mirror's own sources and architectures. @default - none of them */
  readonly probe?: ProbeSettings;
}

/**
 * The state machine: one execution builds one release. Its input is a BuildRequest (lib/job/build-request.ts). The local engine runs
 * the same definition, so it says only what both understand (JSONPath, inline maps, no ResultPath `$`).
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

  /** All its executions. An ARN of CloudFormation cannot be cut and pasted: it is a token while the template is made. */
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
      Choice.jsonPath(this, 'SomethingNew')
        .when(Condition.booleanEquals('$.plan.updates', false), Succeed.jsonPath(this, 'NothingNew'))
        .when(Condition.booleanEquals('$.plan.bootloaders', true), this.bootloaders(props))
        .otherwise(architectures),
    );
    architectures.next(this.conclude(plan)).next(
      Choice.jsonPath(this, 'Redriven')
        .when(Condition.booleanEquals('$.conclusion.again', true), this.buildAgain().next(architectures))
        .otherwise(Succeed.jsonPath(this, 'Published', { outputPath: '$.conclusion.result' })),
    );

    this.logGroup = new LogGroup(this, 'Log', {
      // Others are added one by one to a resource policy of 5,120 characters, which a busy account has filled.
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
      logs: { destination: this.logGroup, level: LogLevel.ALL, includeExecutionData: false }, // orders may hold passwords
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

  /** A view's bootloaders are of no release; PublishLoadersInput of lib/job/handed-on/publish-input.ts is what Publish gets of them. */
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
        bootloaders: { 'published.$': '$.published.result.products' },
      },
    });
  }

  /**
   * Its payload is ConcludeInput of lib/job/plan.ts. The one step that fails where architectures have failed, and not a
   * Fail state: a redrive begins with the step that failed, and a Fail state only fails again.
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

/** Its role is whole: what the CDK grants while it makes one is left out, and what others grant afterwards is not. */
class WorkflowMachine extends StateMachine {
  override readonly role: IRole;

  constructor(scope: Construct, id: string, role: Role, props: Omit<StateMachineProps, 'role'>) {
    super(scope, id, { ...props, role: role.withoutPolicyUpdates() });
    this.role = role;
  }
}

/** Together five builds at once, as MaasMirror has by default. */
function atOnceOf({ maxConcurrency = 1, maxKernelConcurrency = 5 }: Partial<ReleaseWorkflowProps>) {
  return { maxConcurrency, maxKernelConcurrency };
}

const redrives = { 'redrives.$': '$$.Execution.RedriveCount' };
