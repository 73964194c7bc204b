import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Choice, Condition, Map as MapState, Pass, type TaskStateBase } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { KernelBuild } from '../builds/kernel-build';
import type { StageBuild } from '../builds/stage-build';
import { EachKernel } from './each-kernel';
import { buildTask, functionTask, machineTasks } from './tasks';

export interface EachArchitectureProps {
  readonly fetch: StageBuild;
  readonly upgrade: StageBuild;
  readonly upgradeOnArm?: StageBuild;
  readonly prepare: StageBuild;
  readonly prepareOnArm?: StageBuild;
  readonly bootTest: StageBuild;
  readonly kernelBuilds: KernelBuild[];
  readonly otherKernels?: StageBuild;
  readonly select: IFunction;
  readonly publish: IFunction;
  /** How many architectures are built at once. */
  readonly maxConcurrency: number;
  /** How many flavours of each architecture are built at once. */
  readonly maxKernelConcurrency: number;
}

/**
 * Builds and publishes every architecture of the plan: from `$.plan.architectures` to `$.architectures`
 * ({ outcome, architecture, summary, published | error }). If one fails, the others continue.
 */
export class EachArchitecture extends Construct {
  readonly map: MapState;

  constructor(scope: Construct, id: string, props: EachArchitectureProps) {
    super(scope, id);
    const fetch = buildTask(this, 'Fetch', { project: props.fetch.project, resultPath: '$.fetched' });
    const upgrade = machineTasks(this, 'Upgrade', {
      onX86: props.upgrade.project,
      onArm: props.upgradeOnArm?.project,
      elsewhere: { base: '$.fetched.build' },
      resultPath: '$.root',
    });
    const prepare = machineTasks(this, 'Prepare', {
      onX86: props.prepare.project,
      onArm: props.prepareOnArm?.project,
      elsewhere: { base: '$.fetched.build', root: '$.root.build' },
      resultPath: '$.prepared',
    });
    const kernels = new EachKernel(this, 'Kernels', {
      kernelBuilds: props.kernelBuilds,
      otherKernels: props.otherKernels?.project,
      bootTest: props.bootTest.project,
      select: props.select,
      maxConcurrency: props.maxKernelConcurrency,
    }).map;
    const select = this.select(props.select);
    const publish = this.publish(props.publish);

    const failed = this.architectureFailed();
    for (const state of [fetch, ...upgrade.tasks, ...prepare.tasks, select, kernels, publish]) {
      state.addCatch(failed, { errors: ['States.ALL'], resultPath: '$.error' });
    }

    fetch.next(
      Choice.jsonPath(this, 'Customised')
        .when(Condition.booleanEquals('$.customised', true), upgrade.entry)
        .otherwise(this.untouched().next(prepare.entry)),
    );
    for (const task of upgrade.tasks) task.next(prepare.entry);
    for (const task of prepare.tasks) task.next(select);
    select.next(kernels).next(publish).next(this.architecturePublished());

    this.map = MapState.jsonPath(this, 'EachArchitecture', {
      itemsPath: '$.plan.architectures',
      maxConcurrency: props.maxConcurrency,
      resultPath: '$.architectures',
    }).itemProcessor(fetch);
  }

  /** Without customisation, the base is published unchanged. */
  private untouched(): Pass {
    return Pass.jsonPath(this, 'Untouched', {
      parameters: { 'build.$': '$.fetched.build' },
      resultPath: '$.root',
    });
  }

  /** Its payload is SelectInput of lib/job/handed-on/publish-input.ts. */
  private select(select: IFunction): TaskStateBase {
    return functionTask(this, 'Select', {
      function: select,
      payload: {
        'job.$': '$.job',
        'kernels.$': '$.kernels',
        'fetched.$': '$.fetched',
        'root.$': '$.root',
        'prepared.$': '$.prepared',
      },
      resultField: 'result',
      resultPath: '$.selected',
    });
  }

  /** Its payload is PublishInput of lib/job/handed-on/publish-input.ts. */
  private publish(publish: IFunction): TaskStateBase {
    return functionTask(this, 'Publish', {
      function: publish,
      payload: {
        'job.$': '$.job',
        'fetched.$': '$.fetched',
        'root.$': '$.root',
        'prepared.$': '$.prepared',
        'selected.$': '$.selected.result',
        'kernels.$': '$.kernels',
      },
      resultField: 'result',
      resultPath: '$.published',
    });
  }

  private architecturePublished(): Pass {
    return Pass.jsonPath(this, 'ArchitecturePublished', {
      parameters: {
        outcome: 'published',
        'architecture.$': '$.architecture',
        'summary.$': "States.Format('{}: published', $.architecture)",
        'published.$': '$.published.result',
      },
    });
  }

  private architectureFailed(): Pass {
    return Pass.jsonPath(this, 'ArchitectureFailed', {
      parameters: {
        outcome: 'failed',
        'architecture.$': '$.architecture',
        'summary.$': "States.Format('{}: {}', $.architecture, $.error.Error)",
        'error.$': '$.error',
      },
    });
  }
}
