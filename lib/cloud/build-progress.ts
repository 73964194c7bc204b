import { MirrorError } from '../errors';
import type { EngineEvent } from '../job/events';
import { findBuild, type LogPlace, logPlaceOf, nextLines } from './build-logs';
import type { Clients } from './clients';
import type { OpenBuild } from './history';

type Progress = Extract<EngineEvent, { type: 'progress' }>;

/** What running builds tell of themselves: the lines of their logs that begin with `::`. */
export class BuildProgress {
  readonly #places = new Map<string, LogPlace>();
  readonly #tokens = new Map<string, string>();

  constructor(private readonly clients: Pick<Clients, 'codebuild' | 'logs'>) {}

  /** The newest word of each build that has one since the last look. */
  async look(builds: readonly OpenBuild[]): Promise<Progress[]> {
    const events: Progress[] = [];
    for (const { build, ...run } of builds) {
      const text = await this.#word(build);
      if (text !== undefined) events.push({ ...run, type: 'progress', text });
    }
    return events;
  }

  async #word(build: string): Promise<string | undefined> {
    try {
      const place = await this.#place(build);
      if (place === undefined) return undefined;
      const { lines, token } = await nextLines(this.clients.logs, place, this.#tokens.get(build));
      if (token !== undefined) this.#tokens.set(build, token);
      return lines
        .findLast((line) => line.startsWith('::'))
        ?.slice(2)
        .trim();
    } catch (error) {
      // The log is not there yet, or is not for these credentials: a courtesy that is missed, the stage is followed by its state.
      if (error instanceof MirrorError && ['AwsFailed', 'AccessDenied'].includes(error.name)) return undefined;
      throw error;
    }
  }

  async #place(build: string): Promise<LogPlace | undefined> {
    const known = this.#places.get(build);
    if (known !== undefined) return known;
    const place = logPlaceOf(await findBuild(this.clients.codebuild, build));
    if (place !== undefined) this.#places.set(build, place);
    return place;
  }
}
