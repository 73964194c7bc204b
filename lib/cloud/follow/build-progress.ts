import { MirrorError } from '../../errors';
import type { EngineEvent } from '../../job/events';
import type { Clients } from '../clients';
import { findBuild, type LogPlace, logPlaceOf, nextLines } from './build-logs';
import type { OpenBuild } from './history';

type Progress = Extract<EngineEvent, { type: 'progress' }>;

/** What is told of running builds: what they wait for at first, then the lines of their logs that begin with `::`. */
export class BuildProgress {
  readonly #places = new Map<string, LogPlace>();
  readonly #tokens = new Map<string, string>();
  readonly #waits = new Map<string, string>();

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
      const place = this.#places.get(build);
      return await (place === undefined ? this.#beginning(build) : this.#newest(build, place));
    } catch (error) {
      // The log is not there yet, or is not for these credentials: a courtesy that is missed, the stage is followed by its state.
      if (error instanceof MirrorError && ['AwsFailed', 'AccessDenied'].includes(error.name)) return undefined;
      throw error;
    }
  }

  /** What a build waits for before it writes anything, each once; then the first word of its log. */
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

/** Phases of a build in which nothing of ours runs yet: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html */
const waits: Readonly<Record<string, string>> = {
  QUEUED: 'QUEUED: waiting for the builds that run on machines of this kind',
  PROVISIONING: 'PROVISIONING: CodeBuild is starting the machine',
};
