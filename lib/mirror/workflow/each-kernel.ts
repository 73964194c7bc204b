import type { IProject } from 'aws-cdk-lib/aws-codebuild';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Choice, Condition, Map as MapState, Pass } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ErrorName } from '../../errors';
import type { KernelBuild } from '../builds/kernel-build';
import { BuildMachine } from '../choices/build-machine';
import { pascalCase } from '../pascal-case';
import { keepFlavour } from './keep-flavour';
import { buildTask, isForArm } from './tasks';

export interface EachKernelProps {
  readonly kernelBuilds: KernelBuild[];
  /** The project for all other flavours. @default - they fail with UnknownKernel */
  readonly otherKernels?: IProject | undefined;
  readonly bootTest: IProject;
  /** Copies the last kernel of a flavour that is kept. */
  readonly select: IFunction;
  /** How many flavours of one architecture are built at once. */
  readonly maxConcurrency: number;
}

/**
 * Builds every flavour of one architecture: from `$.selected.result.build` ({ kernel, need, how }) to `$.kernels`
 * (KernelResult). If one fails, and Select chose so, its last kernel is kept; otherwise its result says so. The others
 * continue.
 */
export class EachKernel extends Construct {
  readonly map: MapState;

  constructor(scope: Construct, id: string, props: EachKernelProps) {
    super(scope, id);
    const { kernelBuilds, otherKernels, bootTest: project, select, maxConcurrency } = props;
    const kernelFailed = this.kernelFailed();
    const keep = keepFlavour(this, { select, bootTest: project, failed: kernelFailed, fields: ownFields, whichKernel });
    const failed = Choice.jsonPath(this, 'BuildFailed')
      .when(Condition.stringEquals('$.how', 'build or keep'), keep)
      .otherwise(kernelFailed);
    const kernelBuilt = this.kernelBuilt();
    const bootTest = buildTask(this, 'BootTest', {
      project,
      elsewhere: { ...ownFields, extracted: '$.extracted.build' },
      resultPath: '$.booted',
    });
    bootTest.addCatch(failed, { errors: ['States.ALL'], resultPath: '$.error' }).next(kernelBuilt);
    const booted = Choice.jsonPath(this, 'BootTestWanted')
      .when(Condition.stringEquals('$.job.bootTest', 'true'), bootTest)
      .otherwise(this.bootTestWaived().next(kernelBuilt));

    const extraction = (id: string, project: IProject) =>
      buildTask(this, `Extract${id}`, { project, elsewhere: ownFields, resultPath: '$.extracted' })
        .addCatch(failed, { errors: ['States.ALL'], resultPath: '$.error' })
        .next(booted);
    const flavour = Choice.jsonPath(this, 'ChooseFlavour').otherwise(
      otherKernels === undefined ? this.unknownKernel().next(failed) : extraction('Other', otherKernels),
    );
    for (const build of onArmFirst(kernelBuilds)) {
      const { kernel, machine, project } = build;
      const suffix = machine === BuildMachine.ARM ? 'Arm' : '';
      const extract = extraction(`${pascalCase(kernel.name)}${suffix}`, project);
      const isKernel = Condition.stringEquals('$.kernel', kernel.name);
      flavour.when(machine === BuildMachine.ARM ? Condition.and(isKernel, isForArm) : isKernel, extract);
    }

    this.map = MapState.jsonPath(this, 'EachKernel', {
      stateName: 'EachKernel',
      itemsPath: '$.selected.result.build',
      itemSelector: {
        'kernel.$': '$$.Map.Item.Value.kernel',
        'need.$': '$$.Map.Item.Value.need',
        'how.$': '$$.Map.Item.Value.how',
        'job.$': '$.job',
        'base.$': '$.fetched.build',
        'root.$': '$.root.build',
        'prepared.$': '$.prepared.build',
      },
      maxConcurrency,
      resultPath: '$.kernels',
    }).itemProcessor(
      Choice.jsonPath(this, 'HowMade').when(Condition.stringEquals('$.how', 'keep'), keep).otherwise(flavour),
    );
  }

  /** The build request skips the boot test. The result is Booted of lib/job/handed-on/results.ts. */
  private bootTestWaived(): Pass {
    return Pass.jsonPath(this, 'BootTestWaived', {
      parameters: { result: { gate: 'waived', evidence: 'the build request skipped the boot test' } },
      resultPath: '$.booted',
    });
  }

  private kernelBuilt(): Pass {
    return Pass.jsonPath(this, 'KernelBuilt', {
      parameters: {
        outcome: 'built',
        ...whichKernel,
        'extracted.$': '$.extracted',
        'booted.$': '$.booted.result',
      },
    });
  }

  private kernelFailed(): Pass {
    return Pass.jsonPath(this, 'KernelFailed', {
      parameters: { outcome: 'failed', ...whichKernel, 'error.$': '$.error' },
    });
  }

  /** The catalogue has the flavour, but this mirror has no project for it. */
  private unknownKernel(): Pass {
    const name: ErrorName = 'UnknownKernel';
    const cause =
      'this mirror was deployed without this kernel flavour; add it to a view or to the property `kernels`, and deploy again';
    return Pass.jsonPath(this, 'KernelUnknown', {
      parameters: { Error: name, Cause: cause },
      resultPath: '$.error',
    });
  }
}

/** Step Functions takes the first choice that matches. */
function onArmFirst(builds: readonly KernelBuild[]): KernelBuild[] {
  const isArm = ({ machine }: KernelBuild) => machine === BuildMachine.ARM;
  return [...builds.filter(isArm), ...builds.filter((build) => !isArm(build))];
}

/** Fields of the job that only an item of the map has. */
const ownFields = { kernel: '$.kernel', base: '$.base', root: '$.root', prepared: '$.prepared' };

const whichKernel = { 'kernel.$': '$.kernel', 'need.$': '$.need' };
