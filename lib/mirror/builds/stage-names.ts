import { refused } from '../refusals/synth-error';

/** Stages that run in CodeBuild; each has a buildspec of the same name in `buildspecs/`. */
const stageNames = ['fetch', 'upgrade', 'prepare', 'extract', 'boot-test', 'bootloaders'];

/** Stages that read the build request, but no files of other stages. */
export const takeUpNothing: readonly string[] = ['fetch', 'bootloaders'];

/** Stages that write nothing to the work bucket: everything is in their result. */
export const handOnNothing: readonly string[] = ['boot-test'];

/** @throws BadInput (misuse) */
export function checkStage(stage: string): void {
  if (stageNames.includes(stage)) return;
  throw refused(['stage'], `is ${JSON.stringify(stage)}`, `use one of ${stageNames.join(', ')}`);
}
