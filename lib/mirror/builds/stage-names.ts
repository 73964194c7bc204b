import { MirrorError } from '../../errors';

/** Stages that builds run, each by the file of its name in `buildspecs/`. */
const stageNames = ['fetch', 'upgrade', 'prepare', 'extract', 'boot-test', 'bootloaders'];

/** Stages that read the order, and nothing that other stages made. */
export const takeUpNothing: readonly string[] = ['fetch', 'bootloaders'];

/** Stages that put nothing into the work bucket: what they found is in their result. */
export const handOnNothing: readonly string[] = ['boot-test'];

/** @throws BadInput (misuse) */
export function checkStage(stage: string): void {
  if (stageNames.includes(stage)) return;
  throw new MirrorError('BadInput', `the property stage is ${JSON.stringify(stage)}`, {
    hint: `name one of ${stageNames.join(', ')}`,
    misuse: true,
  });
}
