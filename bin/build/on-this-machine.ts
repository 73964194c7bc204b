/* bin/build: builds on this machine or by a deployed stack, and their reports. */

import { mkdir } from 'node:fs/promises';
import { machine } from 'node:os';
import { dirname, join } from 'node:path';
import { familyOf } from '../../lib/catalog/releases';
import { MirrorError } from '../../lib/errors';
import type { BuildRequest } from '../../lib/job/build-request';
import { cacheVariable, workStoreVariable } from '../../lib/job/environment';
import type { ExecutionResult } from '../../lib/job/events';
import { executionName, mirrorStoreVariable } from '../../lib/job/execution-names';
import { bootloadersRequest } from '../../lib/job/job';
import { planOf } from '../../lib/job/plan';
import { expireDownloads, expireRuns, removeRuns } from '../../lib/local/expire-runs';
import { machineRepositories } from '../../lib/machine/apt/apt';
import { checkAddedKeys } from '../../lib/stages/sources/added-sources';
import { hasCode } from '../../lib/store/durable';
import { requireRootFileSystems, requireSquashfs } from '../preflight/base';
import { temporaryFolder } from '../preflight/environment';
import { checkPlaces, openPlaces, type Places, placesOf } from '../preflight/places';
import { requireDisk } from '../preflight/require-disk';
import { describedRequests, releaseLine } from '../releases/described-requests';
import { checkCredentials, fromFolder } from '../request/credentials';
import type { RequestOptions } from '../request/request-options';
import { requestsFrom } from '../request/requests-from';
import { requireListen } from '../serve/listen';
import type { Terminal } from '../terminal/terminal';
import { buildDisplay, failureLines } from './display';
import { installHostTools } from './install-tools';
import { type BuildResult, exitCodeOf, outcomeOf, publishedBy, report } from './report';

export interface BuildOptions extends RequestOptions {
  /** Folder of the mirror, created if missing. */
  readonly mirror: string;
  /** Folder for intermediate files, downloads and logs. @default - `<mirror>.work`, next to the mirror */
  readonly work?: string;
  /** File of the private key. @default - ~/.local/share/maas-mirror/signing-key.asc */
  readonly key?: string;
  readonly json?: boolean;
  /** Whether the mirror is served afterwards. */
  readonly serve?: boolean;
  readonly listen?: string;
  readonly signal?: AbortSignal;
}

/** Builds releases on this machine, one after the other, and publishes them. @returns the exit code */
export async function runBuild(
  releases: readonly string[],
  options: BuildOptions,
  terminal: Terminal,
): Promise<number> {
  const folder = options.config === undefined ? '.' : dirname(options.config);
  const asked = requestsFrom(releases, options, machine()).map((request) => fromFolder(request, folder));
  await checkCredentials(asked);
  for (const request of asked) await checkAddedKeys(request);
  requireRoot();
  temporaryFolder();
  await requireListen(options);
  await requireSquashfs(asked);
  const looked = await requireRootFileSystems(asked);
  const places = placesOf(options);
  const found = await checkPlaces(places, asked);
  const requests = await describedRequests(asked);
  await expireRuns(places.work, new Date());
  await requireDisk(places, requests, terminal);
  const { signer } = await openPlaces(places, found, terminal);
  await installHostTools(requests, terminal);
  await expireDownloads(join(places.work, 'cache'), new Date()); // needs flock
  if (!looked) await requireRootFileSystems(requests);

  const results: BuildResult[] = [];
  for (const request of requests) results.push(await buildOne(await withArchive(request), places, options, terminal));
  const told = { fingerprint: signer.fingerprint, json: options.json ?? false, now: new Date() };
  report(results, { ...places, ...told }, terminal);
  return exitCodeOf(results);
}

async function buildOne(
  request: BuildRequest,
  places: Places,
  options: BuildOptions,
  terminal: Terminal,
): Promise<BuildResult> {
  const execution = await ownExecution(request, places);
  const logs = join(places.work, 'logs', execution);
  terminal.err(`building ${request.release} into view ${request.view} of ${places.mirror}`);
  const about = releaseLine(request, new Date());
  if (about !== undefined) terminal.err(`  ${about}`);
  const display = buildDisplay([planOf(request, execution)], terminal);
  const published: string[] = [];
  let result: ExecutionResult;
  try {
    result = await execute(request, execution, logs, places, options, (event) => {
      published.push(...publishedBy(event));
      display.on(event);
    });
  } catch (error) {
    if (options.signal?.aborted) terminal.err(`logs so far: ${logs}`);
    throw error;
  } finally {
    await display.end();
    await removeRuns(places.work, execution);
  }
  const lines = result.failures.flatMap(failureLines);
  for (const line of lines) terminal.err(line);
  return { request, execution, logs, result, outcome: outcomeOf(result, published) };
}

/** A name, and a folder of logs, that no other execution has: two builds of one request may start in the same second. */
async function ownExecution(request: BuildRequest, { work }: Places): Promise<string> {
  const now = new Date();
  // Intermediate files may contain passwords of repositories.
  await mkdir(join(work, 'runs'), { recursive: true, mode: 0o700 });
  await mkdir(join(work, 'logs'), { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const name = executionName(request, now, attempt === 1 ? undefined : attempt);
    try {
      await mkdir(join(work, 'logs', name));
      return name;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

async function execute(
  request: BuildRequest,
  name: string,
  logs: string,
  places: Places,
  { signal }: BuildOptions,
  onEvent: (event: Parameters<ReturnType<typeof buildDisplay>['on']>[0]) => void,
): Promise<ExecutionResult> {
  // Loaded only now, so that a mistyped release is refused at once.
  const [{ packagePath }, { readAssembly }, { runExecution }] = await Promise.all([
    import('../../lib/mirror/package-files.js'),
    import('../../lib/local/template/template.js'),
    import('../../lib/local/engine.js'),
  ]);
  const scratch = join(places.work, 'scratch');
  return await runExecution({
    assembly: readAssembly(packagePath('dist/local/MaasMirror.template.json')),
    validated: true,
    input: request,
    name,
    scratch,
    logs,
    environment: {
      [mirrorStoreVariable]: places.mirror,
      [workStoreVariable]: places.work,
      [cacheVariable]: join(places.work, 'cache'),
      MIRROR_SIGNING_KEY: places.key,
    },
    onEvent,
    ...(signal && { signal }),
  });
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new MirrorError(
    'NotRoot',
    `a build mounts file systems and installs packages, so it must run as root; this is user ${process.getuid?.()}`,
    {
      hint: 'run: sudo npx maas-mirror build …',
    },
  );
}

/** For a Debian release without given sources, takes those in this machine's apt configuration, else Debian's. */
async function withArchive(request: BuildRequest): Promise<BuildRequest> {
  const { release, aptSources, base, sources } = request;
  if (release === bootloadersRequest || familyOf(release) !== 'debian') return request;
  if (aptSources.length > 0 || base !== '' || sources.archive !== undefined) return request;
  return {
    ...request,
    aptSources: (await machineRepositories(release)).map(({ uri, suite, components }) => ({
      uri,
      suite,
      components: [...components],
    })),
  };
}
