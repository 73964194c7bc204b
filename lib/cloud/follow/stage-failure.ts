import { hintIn, MirrorError } from '../../errors';
import type { Failure } from '../../job/events';
import type { Clients } from '../clients';
import { buildEnding } from './build-logs';
import { jsonUnlessCut } from './cut-json';
import { isAccountLimit, type StageChange } from './history';

type Failed = Extract<StageChange, { type: 'failed' }>;

/** What a person needs to see of a stage that failed: of a build the end of its log, of a function what it threw. */
export async function stageFailure(change: Failed, clients: Pick<Clients, 'codebuild' | 'logs'>): Promise<Failure> {
  const { stage, architecture, kernel, log, error, cause } = change;
  const run = { stage, architecture, kernel, log };
  if (isAccountLimit(error)) {
    const hint = 'ask AWS for more: Service Quotas, AWS CodeBuild, "Concurrently running builds" of this compute type';
    return { ...run, tail: [], error: 'CodeBuild had no room for the build in all the hours that it was waited', hint };
  }
  const build = change.build ?? buildIn(cause);
  if (build === undefined) return { ...run, tail: [], ...thrownBy(error, cause) };
  const { reason, tail, page } = await ending(clients, build);
  return {
    ...run,
    log: page,
    tail,
    error: error === 'States.Timeout' ? 'the stage ran out of time' : reason,
    hint: undefined,
  };
}

/** Who follows an execution need not be allowed to look at its builds: the failure is told nevertheless. */
async function ending(clients: Pick<Clients, 'codebuild' | 'logs'>, build: string) {
  try {
    return await buildEnding(clients, build);
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { reason: `build ${build} failed, and cannot be looked at: ${error.message}`, tail: [], page: undefined };
  }
}

/** The cause of a failed build is what CodeBuild says of it, as JSON. */
function buildIn(cause: string): string | undefined {
  const build = fieldsOf(cause);
  const { Id } = (build.Build ?? build) as { readonly Id?: unknown };
  return typeof Id === 'string' ? Id : undefined;
}

/** Lambda makes JSON of what a function throws. */
function thrownBy(error: string, cause: string): Pick<Failure, 'error' | 'hint'> {
  const { errorType = error, errorMessage = cause, trace } = fieldsOf(cause);
  return { error: `${errorType}: ${errorMessage}`, hint: Array.isArray(trace) ? hintIn(trace) : undefined };
}

function fieldsOf(cause: string): { readonly [field: string]: unknown } {
  return (jsonUnlessCut(cause) ?? {}) as { readonly [field: string]: unknown };
}
