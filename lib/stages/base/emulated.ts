import { architectureOf, runsOn } from '../../catalog/architectures';
import { progress } from '../../machine/log';
import { thisMachine } from '../../machine/this-machine';
import { emulate } from '../../machine/tree/binfmt';
import type { Workbench } from '../workbench';

/** A stage that runs programs of the job's architecture: where they are not this machine's own, under emulation. */
export function emulated<Result>(stage: (bench: Workbench) => Promise<Result>): typeof stage {
  return async (bench) => {
    const architecture = architectureOf(bench.job.architecture);
    if (runsOn(architecture, thisMachine())) return stage(bench);

    const { name, qemu } = architecture;
    progress(`running programs of ${name} by ${qemu.user}`);
    await using _emulation = await emulate({ architecture: name, interpreter: qemu.user }, bench.scratch);
    return await stage(bench);
  };
}
