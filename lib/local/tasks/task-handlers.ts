/* local/tasks: builds and functions that the states of the definition start. */

import { MirrorError } from '../../errors';
import type { Bench } from '../bench';
import { checkPayload } from '../state-error';
import { startBuild, type Task } from '../template/definition';
import { buildTask, type StartBuild } from './build-task';
import { functionTask, type Invoke, invoke } from './function-task';

export type TaskHandler = (input: unknown) => Promise<unknown>;

/**
 * The local implementations of the tasks' resources, by the names of their states.
 * @throws NotSupported if a task calls anything other than a build or a function
 */
export function taskHandlers(tasks: readonly Task[], bench: Bench): Record<string, TaskHandler> {
  return Object.fromEntries(tasks.map((task) => [task.state, tracked(task, handlerOf(task, bench), bench)]));
}

function handlerOf(task: Task, bench: Bench): TaskHandler {
  const { state, resource } = task;
  if (resource.endsWith(`:states:::${startBuild}`)) {
    const start = buildTask(task, bench);
    return (input) => start(input as StartBuild);
  }
  if (resource.endsWith(':states:::lambda:invoke')) return (input) => functionTask(state, input as Invoke, bench);
  if (bench.assembly.functions.has(resource)) return (input) => invoke(state, resource, input, bench);
  throw new MirrorError('NotSupported', `${state} calls ${resource}, which the local engine does not support`, {
    hint: `it supports ${startBuild} and lambda:invoke`,
  });
}

function tracked({ state }: Task, handler: TaskHandler, { running }: Bench): TaskHandler {
  return (input) =>
    running.run(async () => {
      checkPayload(input, `the input of ${state}`);
      const result = await handler(input);
      checkPayload(result, `the result of ${state}`);
      return result;
    });
}
