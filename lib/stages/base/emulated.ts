import { architectureOf, runsOn } from '../../catalog/architectures';
import { progress } from '../../machine/log';
import { thisMachine } from '../../machine/this-machine';
import { emulate } from '../../machine/tree/binfmt';
import type { Workbench } from '../workbench';

/** Wraps a stage that runs programs of the job's architecture: they are emulated if this machine cannot run them. */
export function emulated<Result>(stage: (bench: Workbench) => Promise<Result>): typeof stage {
  return async (bench) => {
    const architecture = architectureOf(bench.job.architecture);
    if (runsOn(architecture, thisMachine())) return stage(bench);

    const { name, qemu } = architecture;
    progress(`running ${name} programs with ${qemu.user}`);
    await using _emulation = await emulate({ architecture: name, interpreter: qemu.user }, bench.scratch);
    return await stage(bench);
  };
}
