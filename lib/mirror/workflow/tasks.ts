import { Duration } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  IntegrationPattern,
  JitterType,
  JsonPath,
  type State,
  TaskInput,
  type TaskStateBase,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CodeBuildStartBuild, LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { jobVariables } from '../../job/environment';
import type { Job } from '../../job/job';

/** A path for each field. */
type Elsewhere = { readonly [field in keyof Job]?: string };

export interface BuildTaskProps {
  readonly project: IProject;
  /** Path of the result, `{ build, result }`: `$.fetched`. */
  readonly resultPath: string;
  /** Path of the job. @default $.job */
  readonly jobPath?: string;
  /** Paths of the job's fields that are not in the plan: kernel flavour and results of earlier stages. @default none */
  readonly elsewhere?: Elsewhere;
}

/**
 * Runs a stage's project with the job as its environment, and reads the RESULT that its buildspec exports. RESULT is untrusted,
 * so no state reads a field of it: a missing field would end the execution with all its architectures. The build id comes from
 * CodeBuild.
 */
export function buildTask(scope: Construct, id: string, props: BuildTaskProps): CodeBuildStartBuild {
  const task = CodeBuildStartBuild.jsonPath(scope, id, {
    project: props.project,
    integrationPattern: IntegrationPattern.RUN_JOB,
    environmentVariablesOverride: jobEnvironment(props.jobPath ?? '$.job', props.elsewhere ?? {}),
    resultSelector: builtResult,
    resultPath: props.resultPath,
  });
  task.addRetry({
    // The account's quota is used up and its queue is full. Each attempt takes three of the execution's 25,000 events, hence
    // the growing delays. The jitter halves them on average: about 8 hours.
    errors: ['CodeBuild.AccountLimitExceededException'],
    interval: Duration.minutes(2),
    maxDelay: Duration.minutes(20),
    maxAttempts: 52,
    backoffRate: 2,
    jitterStrategy: JitterType.FULL,
  });
  task.addRetry({ errors: codeBuildServiceErrors, interval: Duration.seconds(5), maxAttempts: 5, backoffRate: 2 });
  return task;
}

export interface MachineTasksProps extends Omit<BuildTaskProps, 'project'> {
  readonly onX86: IProject;
  /** @default - everything is built on x86 */
  readonly onArm?: IProject | undefined;
}

/** A stage that runs on arm machines for arm64, if there are any: its first state, and the states that can end it. */
export function machineTasks(
  scope: Construct,
  id: string,
  { onX86, onArm, ...props }: MachineTasksProps,
): { readonly entry: State; readonly tasks: readonly TaskStateBase[] } {
  const x86 = buildTask(scope, id, { ...props, project: onX86 });
  if (onArm === undefined) return { entry: x86, tasks: [x86] };
  const arm = buildTask(scope, `${id}Arm`, { ...props, project: onArm });
  const entry = Choice.jsonPath(scope, `${id}Machine`).when(isForArm, arm).otherwise(x86);
  return { entry, tasks: [x86, arm] };
}

/** CodeBuild's arm machines run only 64-bit programs: armhf is emulated on x86, as are all others. */
export const isForArm = Condition.stringEquals('$.job.architecture', 'arm64');

export interface FunctionTaskProps {
  readonly function: IFunction;
  /** A payload template. */
  readonly payload: { readonly [key: string]: unknown };
  /** Name of the field for what the function returns. */
  readonly resultField: string;
  /** Path of the object with that field. @default - it is the output */
  readonly resultPath?: string;
}

export function functionTask(scope: Construct, id: string, props: FunctionTaskProps): LambdaInvoke {
  const task = LambdaInvoke.jsonPath(scope, id, {
    lambdaFunction: props.function,
    payload: TaskInput.fromObject(props.payload),
    resultSelector: { [`${props.resultField}.$`]: '$.Payload' },
    resultPath: props.resultPath,
    retryOnServiceExceptions: false, // the CDK's list lacks throttling
  });
  task.addRetry({ errors: lambdaServiceErrors, interval: Duration.seconds(2), maxAttempts: 6, backoffRate: 2 });
  return task;
}

// Only errors of the services: a build or function that failed by itself would fail again, at the same cost.
export const codeBuildServiceErrors = ['CodeBuild.CodeBuildException', 'CodeBuild.ThrottlingException'];
const lambdaServiceErrors = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/** Every buildspec exports only RESULT, so it is read by position: intrinsic functions cannot filter by name. */
const exportedResult = 'States.StringToJson($.Build.ExportedEnvironmentVariables[0].Value)';

/** What the workflow reads of a finished build: its id, and the RESULT that its buildspec exports. */
export const builtResult = { 'build.$': '$.Build.Id', 'result.$': exportedResult };

function jobEnvironment(jobPath: string, elsewhere: Elsewhere) {
  const fields = Object.keys(jobVariables) as (keyof Job)[];
  return Object.fromEntries(
    fields.map((field) => [
      jobVariables[field],
      { value: JsonPath.stringAt(elsewhere[field] ?? `${jobPath}.${field}`) },
    ]),
  );
}
