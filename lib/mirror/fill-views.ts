import type { Construct } from 'constructs';
import { stateMachineVariable } from '../job/environment';
import type { ViewSetting } from '../job/views/view-settings';
import type { MirrorFunctions } from './functions/mirror-functions';
import { PromotionSchedule } from './functions/promotion-schedule';
import type { ReleaseWorkflow } from './workflow/workflow';

type Mirror = Construct & { readonly functions: MirrorFunctions; readonly workflow: ReleaseWorkflow };

/** Fills views from others by schedule, if there are such views. Promote names its metrics by the state machine, as all do. */
export function fillViews(mirror: Mirror, { views }: { readonly views: readonly ViewSetting[] }): void {
  const { promote } = mirror.functions;
  promote.function.addEnvironment(stateMachineVariable, mirror.workflow.stateMachine.stateMachineArn);
  if (views.some(isFilled)) new PromotionSchedule(mirror, 'PromotionSchedule', { promote, views });
}

/** Views that operators fill by hand need no schedule. */
function isFilled({ promote, select }: ViewSetting): boolean {
  return promote !== undefined || select !== undefined;
}
