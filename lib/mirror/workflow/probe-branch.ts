import { Duration } from 'aws-cdk-lib';
import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Choice,
  Condition,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  Succeed,
  type TaskStateBase,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CodeBuildStartBuild } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { type ProbedMachine, probedMachines, probeTargets } from '../../job/aws/probe-targets';
import {
  jobVariables,
  probedForeignVariable,
  probedSourcesVariable,
  probedStagesVariable,
} from '../../job/environment';
import type { StageBuilds } from '../builds/stage-builds';
import { packageText } from '../package-files';
import type { ProbeSettings } from '../settings/probe-settings';
import { builtResult, codeBuildServiceErrors, functionTask } from './tasks';

export interface ProbeBranchProps extends Pick<StageBuilds, 'prepare' | 'prepareOnArm'> {
  readonly publish: IFunction;
  readonly probe: ProbeSettings;
}

/**
 * The first state of an execution. With an input of `maas-mirror doctor` it runs one probe and ends; with any other input it
 * continues. It succeeds even if the probe fails (`error` in its output): the doctor reports that, and no alarm goes off.
 */
export function orProbe(scope: Construct, otherwise: IChainable, props: ProbeBranchProps): Choice {
  const { prepare, prepareOnArm, publish, probe } = props;
  const probed = Succeed.jsonPath(scope, 'Probed');
  const choice = Choice.jsonPath(scope, 'ProbeOf');
  const offer = (target: string, task: TaskStateBase) => {
    task.addCatch(probed, { errors: ['States.ALL'], resultPath: '$.error' }).next(probed);
    choice.when(Condition.stringEquals('$.probe', target), task);
  };
  const { x86, arm } = probedMachines;
  offer(probeTargets.x86, probeBuild(scope, 'ProbeX86', prepare.project, x86, probe));
  if (prepareOnArm !== undefined) {
    offer(probeTargets.arm, probeBuild(scope, 'ProbeArm', prepareOnArm.project, arm, { ...probe, foreign: [] }));
  }
  offer(probeTargets.signing, signing(scope, publish));
  choice.otherwise(otherwise); // refuses unknown probes by name
  return Choice.jsonPath(scope, 'IsProbe').when(Condition.isPresent('$.probe'), choice).otherwise(otherwise);
}

/**
 * The probe stage, in the project and with the role of a real stage, but with another buildspec. Waits up to ten minutes for the
 * account's quota.
 */
function probeBuild(
  scope: Construct,
  id: string,
  project: IProject,
  machine: ProbedMachine,
  { sources, foreign }: ProbeSettings,
): TaskStateBase {
  const variables = {
    [jobVariables.execution]: JsonPath.stringAt('$$.Execution.Name'),
    [jobVariables.architecture]: machine.architecture,
    [probedStagesVariable]: machine.stages.join(' '),
    [probedForeignVariable]: foreign.join(' '),
    [probedSourcesVariable]: sources,
  };
  const task = new ProbeBuild(scope, id, {
    project,
    integrationPattern: IntegrationPattern.RUN_JOB,
    environmentVariablesOverride: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { value }]),
    ),
    resultSelector: builtResult,
    resultPath: '$.probed',
    taskTimeout: Timeout.duration(Duration.minutes(40)),
  });
  const noRoom = ['CodeBuild.AccountLimitExceededException'];
  task.addRetry({ errors: noRoom, interval: Duration.minutes(1), maxAttempts: 10, backoffRate: 1 });
  task.addRetry({ errors: codeBuildServiceErrors, interval: Duration.seconds(5), maxAttempts: 5, backoffRate: 2 });
  return task;
}

/** The CDK's own task can only override variables. */
class ProbeBuild extends CodeBuildStartBuild {
  override toStateJson(): object {
    const state = super.toStateJson() as { readonly Parameters: object };
    const BuildspecOverride = packageText('buildspecs/probe.yml');
    return { ...state, Parameters: { ...state.Parameters, BuildspecOverride, TimeoutInMinutesOverride: 20 } };
  }
}

function signing(scope: Construct, publish: IFunction): TaskStateBase {
  return functionTask(scope, 'ProbeSigning', {
    function: publish,
    payload: { probe: probeTargets.signing },
    resultField: 'result',
    resultPath: '$.probed',
  });
}
