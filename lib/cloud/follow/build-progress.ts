import { MirrorError } from '../../errors';
import type { EngineEvent } from '../../job/events';
import type { Clients } from '../clients';
import { findBuild, type LogPlace, logPlaceOf, nextLines } from './build-logs';
import type { OpenBuild } from './history';

type Progress = Extract<EngineEvent, { type: 'progress' }>;

/** Progress of running builds: first what they wait for, then the lines of their logs that begin with `::`. */
export class BuildProgress {
  readonly #places = new Map<string, LogPlace>();
  readonly #tokens = new Map<string, string>();
  readonly #waits = new Map<string, string>();

  constructor(private readonly clients: Pick<Clients, 'codebuild' | 'logs'>) {}

  /** The newest progress of each build, if there is any since the last call. */
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
      const place = this.#places.get(build);
      return await (place === undefined ? this.#beginning(build) : this.#newest(build, place));
    } catch (error) {
      // The log does not exist yet, or these credentials have no access: progress is optional, the stage is followed by its state.
      if (error instanceof MirrorError && ['AwsFailed', 'AccessDenied'].includes(error.name)) return undefined;
      throw error;
    }
  }

  /** What a build waits for before it writes a log, each reason once; then the first progress in its log. */
  async #beginning(id: string): Promise<string | undefined> {
    const build = await findBuild(this.clients.codebuild, id);
    const wait = waits[build?.currentPhase ?? ''];
    if (wait !== undefined) {
      if (this.#waits.get(id) === wait) return undefined;
      this.#waits.set(id, wait);
      return wait;
    }
    const place = logPlaceOf(build);
    if (place === undefined) return undefined;
    this.#places.set(id, place);
    return this.#newest(id, place);
  }

  async #newest(build: string, place: LogPlace): Promise<string | undefined> {
    const { lines, token } = await nextLines(this.clients.logs, place, this.#tokens.get(build));
    if (token !== undefined) this.#tokens.set(build, token);
    return lines
      .findLast((line) => line.startsWith('::'))
      ?.slice(2)
      .trim();
  }
}

/** Phases of a build before our commands run: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html */
const waits: Readonly<Record<string, string>> = {
  QUEUED: 'QUEUED: waiting for other builds on machines of this kind',
  PROVISIONING: 'PROVISIONING: CodeBuild is starting the machine',
};
