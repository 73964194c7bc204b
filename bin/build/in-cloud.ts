import { type Clients, openClients } from '../../lib/cloud/clients';
import { executionPage } from '../../lib/cloud/console-pages';
import { type Execution, startExecution } from '../../lib/cloud/follow/executions';
import { followExecution } from '../../lib/cloud/follow/follow';
import { mirrorOf } from '../../lib/cloud/stack-outputs';
import { MirrorError, withoutName } from '../../lib/errors';
import type { BuildRequest } from '../../lib/job/build-request';
import type { ExecutionResult } from '../../lib/job/events';
import { bootloadersRequest } from '../../lib/job/job';
import { mirror as layout } from '../../lib/job/layout';
import { planOf } from '../../lib/job/plan';
import { isDescribed } from '../../lib/job/releases/release-for';
import { refuseFileAddresses } from '../../lib/job/sources/file-addresses';
import { refusePasswords } from '../../lib/job/sources/passwords';
import { keysOf } from '../../lib/simplestreams/openpgp/keyring';
import { openStore } from '../../lib/store/open';
import { releaseLine } from '../releases/described-requests';
import { optionOf } from '../request/option-of';
import type { RequestOptions } from '../request/request-options';
import { requestsFrom } from '../request/requests-from';
import type { Terminal } from '../terminal/terminal';
import { buildDisplay, failureLines } from './display';
import { type BuildResult, exitCodeOf, outcomeOf, publishedBy, report } from './report';

export interface CloudBuildOptions extends RequestOptions {
  /** Name of the deployed stack. */
  readonly stack: string;
  /** Options that were typed, without defaults, by commander's names. */
  readonly typed?: readonly string[];
  readonly json?: boolean;
  /** Stops following; the execution goes on. */
  readonly signal?: AbortSignal;
  /** Seconds between two polls. @default 5 */
  readonly everySeconds?: number;
}

/**
 * Starts builds of a deployed mirror, one after the other, and follows each to its end.
 * @returns the exit code, as for a build on this machine
 */
export async function runCloudBuild(
  releases: readonly string[],
  options: CloudBuildOptions,
  terminal: Terminal,
): Promise<number> {
  refuseLocal(options);
  const requests = requestsFrom(releases, options, cloudMachine);
  const nameOf = options.config === undefined ? (field: string) => optionOf(field) : undefined;
  for (const request of requests) {
    refuseFileAddresses(request, nameOf);
    refusePasswords(request, nameOf);
  }
  using clients = openClients();
  const { stateMachineArn, mirrorUrl, credentialsStoreArn } = await mirrorOf(clients.cloudformation, options.stack);

  const results: BuildResult[] = [];
  for (const [done, request] of requests.entries()) {
    try {
      results.push(await buildOne(request, stateMachineArn, clients, options, terminal));
    } catch (error) {
      const rest = requests.slice(done + 1).map(({ release }) => release);
      if (rest.length > 0) terminal.err(`not started: ${rest.join(', ')}`);
      throw error;
    }
  }
  const fingerprint = await fingerprintOf(mirrorUrl, results, terminal);
  const passwords = credentialsStoreArn === undefined ? {} : { passwordsOf: options.stack };
  const told = { fingerprint, json: options.json ?? false, now: new Date() };
  report(results, { mirror: mirrorUrl, ...told, ...passwords }, terminal);
  return exitCodeOf(results);
}

/** The meaning of a build request must not depend on the machine that sends it. */
const cloudMachine = 'x86_64';

async function buildOne(
  request: BuildRequest,
  stateMachineArn: string,
  clients: Clients,
  options: CloudBuildOptions,
  terminal: Terminal,
): Promise<BuildResult> {
  const execution = await startExecution(clients.sfn, { stateMachineArn, request, at: new Date() });
  const logs = executionPage(execution.arn);
  terminal.err(
    `building ${request.release} into view ${request.view} of the stack ${options.stack}: ${execution.name}`,
  );
  terminal.err(`  ${logs}`);
  const about = releaseLine(request, new Date());
  if (about !== undefined) terminal.err(`  ${about}`);
  const { result, published } = await shown(request, execution, clients, options, terminal);
  for (const line of result.failures.flatMap(failureLines)) terminal.err(line);
  if (result.status === 'FAILED' && result.failures.length === 0)
    terminal.err(withoutName(`${result.error}: ${result.cause}`));
  return { request, execution: execution.name, logs, result, outcome: outcomeOf(result, published) };
}

async function shown(
  request: BuildRequest,
  execution: Execution,
  clients: Clients,
  { signal, everySeconds }: CloudBuildOptions,
  terminal: Terminal,
): Promise<{ result: ExecutionResult; published: string[] }> {
  // The stages of a release that only the stack's Plan can look up are not known here.
  const isKnown = request.release === bootloadersRequest || isDescribed(request);
  const display = buildDisplay(isKnown ? [planOf(request, execution.name)] : [], terminal);
  const published: string[] = [];
  try {
    const result = await followExecution(clients, execution, {
      onEvent: (event) => {
        published.push(...publishedBy(event));
        display.on(event);
      },
      ...(signal && { signal }),
      ...(everySeconds !== undefined && { everySeconds }),
    });
    return { result, published };
  } finally {
    await display.end();
  }
}

/** The build has ended by then, so it is only reported if the site cannot be read from this machine. */
async function fingerprintOf(
  mirror: string,
  results: readonly BuildResult[],
  terminal: Terminal,
): Promise<string | undefined> {
  if (results.every(({ result }) => result.status === 'FAILED')) return undefined;
  try {
    const keyring = await (await openStore(mirror)).read(layout.keyring);
    const [key] = keyring === undefined ? [] : await keysOf(keyring.bytes);
    return key?.fingerprint;
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    terminal.err(`cannot read the keyring from this machine: ${error.message}`);
    return undefined;
  }
}

/** Options that name folders, files and addresses of this machine. */
const localOptions = { mirror: '--mirror', work: '--work', key: '--key', base: '--base', listen: '--listen' } as const;

function refuseLocal({ typed = [], stack, ...options }: CloudBuildOptions): void {
  const serve = (options as { readonly serve?: boolean }).serve === false ? '--no-serve' : '--serve';
  // --serve and --no-serve are two options of one name.
  const names = [...new Set(typed.flatMap((name) => ({ ...localOptions, serve })[name] ?? []))];
  if (names.length === 0) return;
  throw new MirrorError('BadInput', `${names.join(', ')} cannot be used with --stack ${stack}`, {
    hint: 'only builds on this machine use it; a deployed stack has its own mirror, key and site',
    misuse: true,
  });
}
