import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { MirrorError } from '../../errors';

/** A state machine, adapted so that aws-local-stepfunctions runs it as AWS would. */
export interface LocalDefinition {
  readonly definition: StateMachineDefinition;
  /** Every task, including those in maps and branches. */
  readonly tasks: readonly Task[];
}

export interface Task {
  readonly state: string;
  readonly resource: string;
  /** How long a build may run. @default - as long as its project allows */
  readonly timeoutSeconds: number | undefined;
}

export const startBuild = 'codebuild:startBuild.sync';

/**
 * Works around the differences between AWS and aws-local-stepfunctions 3, and refuses what cannot be worked around. In that
 * library:
 * - a Task ends after 60 seconds unless it sets a timeout, and its handler is not cancelled: the engine times builds, from
 *   when they get their slot;
 * - `ResultPath: "$"` writes a field of that name: it is removed, which means the same;
 * - `$$.Execution.Input` is the input of the map's iteration: the engine passes AWS's as `$$.Root.Input`;
 * - distributed maps, JSONata and variables are silently ignored: they are refused.
 * @throws NotSupported, BadFormat
 */
export function localDefinition(definition: unknown): LocalDefinition {
  const machine = rewritten(definition) as unknown as Machine;
  const tasks: Task[] = [];
  adaptMachine(machine, tasks);
  if (machine.TimeoutSeconds !== undefined) machine.TimeoutSeconds = withinTimer(machine.TimeoutSeconds);
  return { definition: machine as unknown as StateMachineDefinition, tasks };
}

interface Machine {
  QueryLanguage?: string;
  TimeoutSeconds?: number;
  States?: Record<string, State>;
}

interface State extends Machine {
  Type?: string;
  Resource?: string;
  TimeoutSecondsPath?: string;
  ResultPath?: string;
  Catch?: { ResultPath?: string }[];
  Assign?: unknown;
  ItemProcessor?: Machine & { ProcessorConfig?: { Mode?: string } };
  Iterator?: Machine;
  Branches?: Machine[];
}

function adaptMachine({ States, QueryLanguage }: Machine, tasks: Task[]): void {
  refuse(QueryLanguage !== undefined && QueryLanguage !== 'JSONPath', 'the state machine', QueryLanguage);
  if (States === undefined) throw new MirrorError('BadFormat', 'a state machine has no States');
  for (const [name, state] of Object.entries(States)) {
    adaptState(name, state);
    if (state.Type === 'Task') tasks.push(adaptTask(name, state, tasks));
    for (const inner of [state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])]) {
      if (inner !== undefined) adaptMachine(inner, tasks);
    }
  }
}

function adaptState(name: string, state: State): void {
  refuse(state.QueryLanguage !== undefined && state.QueryLanguage !== 'JSONPath', name, state.QueryLanguage);
  refuse(state.Assign !== undefined, name, 'Assign');
  refuse(state.TimeoutSecondsPath !== undefined, name, 'TimeoutSecondsPath');
  refuse(state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED', name, 'a distributed map');
  for (const part of [state, ...(state.Catch ?? [])]) if (part.ResultPath === '$') delete part.ResultPath;
}

function adaptTask(name: string, state: State, others: readonly Task[]): Task {
  if (others.some((other) => other.state === name)) {
    throw new MirrorError('BadFormat', `two states have the name ${JSON.stringify(name)}`);
  }
  const resource = state.Resource ?? '';
  const timeoutSeconds = resource.endsWith(startBuild) ? state.TimeoutSeconds : undefined;
  state.TimeoutSeconds = withinTimer(resource.endsWith(startBuild) ? undefined : state.TimeoutSeconds);
  return { state: name, resource, timeoutSeconds };
}

/** Limits seconds to what a Node timer can wait: a longer one fires immediately. */
export function withinTimer(seconds = Number.POSITIVE_INFINITY): number {
  return Math.min(seconds, Math.floor((2 ** 31 - 1) / 1000));
}

function refuse(found: boolean, where: string, what: string | undefined): void {
  if (!found) return;
  throw new MirrorError('NotSupported', `${where} uses ${what}, which the local engine does not support`, {
    hint: 'use only what both engines support: JSONPath, inline maps, no variables',
  });
}

/** A copy in which paths to the execution's input and start time also work inside maps. */
function rewritten(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\$\.Execution\.(Input|StartTime)\b/g, '$$$$.Root.$1');
  if (Array.isArray(value)) return value.map(rewritten);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rewritten(inner)]));
}
