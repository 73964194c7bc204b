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
  /** Where `{ build, result }` goes: `$.fetched`. */
  readonly resultPath: string;
  /** Where the job lies. @default $.job */
  readonly jobPath?: string;
  /** Where those fields of the job lie that the plan did not know: the kernel flavour, what earlier stages made. @default none */
  readonly elsewhere?: Elsewhere;
}

/**
 * Runs a stage's project with the job as its environment, and reads the RESULT that its buildspec exports. That is a
 * stranger's word, so no state reads anything in it: a path that it has not would end the execution with all its
 * architectures. Which build it was, CodeBuild says.
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
    // The account's builds are all taken and its queue is full. Each attempt costs three of the execution's 25,000 events,
    // so they get rarer. The jitter halves the delays on average: some 8 hours.
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

/** A stage that runs on arm machines for arm64, where there are any: what to begin with, and what may end it. */
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

/** CodeBuild's arm machines run 64-bit programs only: armhf is emulated on x86 like all the others. */
export const isForArm = Condition.stringEquals('$.job.architecture', 'arm64');

export interface FunctionTaskProps {
  readonly function: IFunction;
  /** A payload template. */
  readonly payload: { readonly [key: string]: unknown };
  /** The field that holds what the function returns. */
  readonly resultField: string;
  /** Where the object with that field goes. @default - it is the output */
  readonly resultPath?: string;
}

export function functionTask(scope: Construct, id: string, props: FunctionTaskProps): LambdaInvoke {
  const task = LambdaInvoke.jsonPath(scope, id, {
    lambdaFunction: props.function,
    payload: TaskInput.fromObject(props.payload),
    resultSelector: { [`${props.resultField}.$`]: '$.Payload' },
    resultPath: props.resultPath,
    retryOnServiceExceptions: false, // CDK's list leaves throttling out
  });
  task.addRetry({ errors: lambdaServiceErrors, interval: Duration.seconds(2), maxAttempts: 6, backoffRate: 2 });
  return task;
}

// Named errors of the services only: a build or a function that failed by itself fails again, at the same price.
export const codeBuildServiceErrors = ['CodeBuild.CodeBuildException', 'CodeBuild.ThrottlingException'];
const lambdaServiceErrors = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/** Every buildspec exports RESULT and nothing else, so no filter by name is needed, which intrinsics have no precedent for. */
const exportedResult = 'States.StringToJson($.Build.ExportedEnvironmentVariables[0].Value)';

/** What the workflow takes of a build that has ended: its id, and the RESULT that its buildspec exports. */
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
