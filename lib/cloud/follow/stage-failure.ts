import { hintIn, MirrorError } from '../../errors';
import type { Failure } from '../../job/events';
import type { Clients } from '../clients';
import { buildEnding } from './build-logs';
import { jsonUnlessCut } from './cut-json';
import { isAccountLimit, type StageChange } from './history';

type Failed = Extract<StageChange, { type: 'failed' }>;

/** What a person needs to know about a failed stage: for a build the end of its log, for a function its error. */
export async function stageFailure(change: Failed, clients: Pick<Clients, 'codebuild' | 'logs'>): Promise<Failure> {
  const { stage, architecture, kernel, log, error, cause } = change;
  const run = { stage, architecture, kernel, log };
  if (isAccountLimit(error)) {
    const hint =
      'request an increase: Service Quotas, AWS CodeBuild, "Concurrently running builds" for this compute type';
    return {
      ...run,
      tail: [],
      error: 'the CodeBuild quota of the account was used up for hours, so the build never started',
      hint,
    };
  }
  const build = change.build ?? buildIn(cause);
  if (build === undefined) return { ...run, tail: [], ...thrownBy(error, cause) };
  const { reason, tail, page } = await ending(clients, build);
  return {
    ...run,
    log: page,
    tail,
    error: error === 'States.Timeout' ? 'the stage exceeded its time limit' : reason,
    hint: undefined,
  };
}

/** The caller may have no permission to read builds: the failure is reported nevertheless. */
async function ending(clients: Pick<Clients, 'codebuild' | 'logs'>, build: string) {
  try {
    return await buildEnding(clients, build);
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { reason: `build ${build} failed; its details cannot be read: ${error.message}`, tail: [], page: undefined };
  }
}

/** The cause of a failed build is CodeBuild's description of it, as JSON. */
function buildIn(cause: string): string | undefined {
  const build = fieldsOf(cause);
  const { Id } = (build.Build ?? build) as { readonly Id?: unknown };
  return typeof Id === 'string' ? Id : undefined;
}

/** Lambda converts the error of a function to JSON. */
function thrownBy(error: string, cause: string): Pick<Failure, 'error' | 'hint'> {
  const { errorType = error, errorMessage = cause, trace } = fieldsOf(cause);
  return { error: `${errorType}: ${errorMessage}`, hint: Array.isArray(trace) ? hintIn(trace) : undefined };
}

function fieldsOf(cause: string): { readonly [field: string]: unknown } {
  return (jsonUnlessCut(cause) ?? {}) as { readonly [field: string]: unknown };
}
