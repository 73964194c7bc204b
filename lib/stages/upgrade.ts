import { MirrorError } from '../errors';
import type { Workbench } from './workbench';

/** Customises a fetched image. The planner refuses orders that would come here until its recipe exists. */
export async function upgrade({ job }: Workbench): Promise<never> {
  throw new MirrorError('NotSupported', `customised builds, as ordered for ${job.release}, do not exist yet`, {
    hint: 'order the release without a customisation',
  });
}
