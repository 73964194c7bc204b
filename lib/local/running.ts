import { setImmediate as nextTurn } from 'node:timers/promises';
import { StateError } from './state-error';

/** The tasks that are running, to be ended together. */
export class Running {
  readonly #end = new AbortController();
  readonly #tasks = new Set<Promise<unknown>>();

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /**
   * Starts a task, one turn of the event loop later: when an item of a map fails, aws-local-stepfunctions starts the next
   * one before it is known whether the failure ends the execution.
   * @throws the error that {@link stop} sets
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await nextTurn();
    this.signal.throwIfAborted();
    const running = task();
    this.#tasks.add(running);
    try {
      return await running;
    } finally {
      this.#tasks.delete(running);
    }
  }

  /** Ends every task, prevents new ones, and returns when all have ended. */
  async stop(): Promise<void> {
    this.#end.abort(new StateError('States.TaskFailed', 'the execution has ended', { terminal: true }));
    await Promise.allSettled(this.#tasks);
  }
}
