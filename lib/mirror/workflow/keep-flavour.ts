import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Choice, Condition, type IChainable, Pass, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { buildTask, functionTask } from './tasks';

export interface KeepFlavourProps {
  /** Copies the last kernel and initrd; its payload is KeepInput of lib/job/handed-on/publish-input.ts. */
  readonly select: IFunction;
  readonly bootTest: IProject;
  /** Where it goes on if there is nothing to keep, or the pair does not boot. */
  readonly failed: IChainable;
  /** Fields of the job that only an item of the map has. */
  readonly fields: Readonly<Record<'kernel' | 'base' | 'root' | 'prepared', string>>;
  /** Parameters that say which kernel a result is for. */
  readonly whichKernel: Readonly<Record<string, string>>;
}

/**
 * A flavour takes part with its last published kernel and initrd, booted with the new root: MAAS installs the root of
 * whichever flavour it finds first, so no flavour may stay behind with an older one. From `$` of an item of EachKernel to its
 * result.
 */
export function keepFlavour(scope: Construct, props: KeepFlavourProps): TaskStateBase {
  const { select, bootTest, failed, fields, whichKernel } = props;
  const keep = functionTask(scope, 'KeepFlavour', {
    function: select,
    payload: { keep: { 'job.$': '$.job', 'kernel.$': '$.kernel' } },
    resultField: 'made',
    resultPath: '$.kept',
  });
  const kept = Pass.jsonPath(scope, 'KernelKept', {
    parameters: { outcome: 'kept', ...whichKernel, 'kept.$': '$.kept.made', 'booted.$': '$.booted.result' },
  });
  const boot = buildTask(scope, 'BootKept', {
    project: bootTest,
    elsewhere: { ...fields, extracted: '$.kept.made.build' },
    resultPath: '$.booted',
  });
  const caught = { errors: ['States.ALL'], resultPath: '$.error' };
  boot.addCatch(failed, caught).next(kept);
  const waived = Pass.jsonPath(scope, 'BootKeptWaived', {
    parameters: { result: { gate: 'waived', evidence: 'the build request skipped the boot test' } },
    resultPath: '$.booted',
  });
  const wanted = Choice.jsonPath(scope, 'BootKeptWanted')
    .when(Condition.stringEquals('$.job.bootTest', 'true'), boot)
    .otherwise(waived.next(kept));
  keep.addCatch(failed, caught).next(wanted);
  return keep;
}
