import type { EngineEvent } from '../job/events';
import type { Running } from './running';
import type { Slots } from './slots';
import type { Assembly } from './template/template';

/** What the tasks of one execution share. */
export interface Bench {
  readonly assembly: Assembly;
  /** Name of the execution. */
  readonly name: string;
  readonly scratch: string;
  readonly logs: string;
  /** Variables that override all others. */
  readonly environment: Readonly<Record<string, string>>;
  readonly slots: Slots;
  readonly running: Running;
  readonly onEvent: (event: EngineEvent) => void;
}
