import { join, relative, resolve } from 'node:path';
import { familyOf } from '../../lib/catalog/releases';
import { supportAt, supportMark } from '../../lib/catalog/support';
import type { BuildRequest } from '../../lib/job/build-request';
import type { EngineEvent, ExecutionResult } from '../../lib/job/events';
import { bootloadersRequest } from '../../lib/job/job';
import { mirror as layout } from '../../lib/job/layout';
import { isNotReady } from '../../lib/job/not-ready';
import { isDescribed, releaseFor, toldBy } from '../../lib/job/releases/release-for';
import type { Published } from '../../lib/stages/publish';
import type { Terminal } from '../terminal/terminal';
import { maasCommands } from './maas-commands';

/** One execution, as it ended. */
export interface BuildResult {
  readonly request: BuildRequest;
  readonly execution: string;
  /** Folder of its logs; in the cloud the page of the execution. */
  readonly logs: string;
  readonly result: ExecutionResult;
  /** In words: what was published, or why nothing was. */
  readonly outcome: string;
}

export interface ReportOptions {
  /** Folder of the mirror, or its address. */
  readonly mirror: string;
  /** @default - the keyring cannot be read */
  readonly fingerprint: string | undefined;
  /** The stack whose mirror asks for passwords. @default - the mirror asks for none */
  readonly passwordsOf?: string;
  readonly json: boolean;
  /** Releases whose support has ended by then are marked. */
  readonly now: Date;
}

/** Upstream was in the middle of an update, and nothing is wrong: the same command does it later. */
export const notReadyCode = 3;

/** 0 where everything is done, 3 where only upstream was not ready, else 1. */
export function exitCodeOf(results: readonly BuildResult[]): number {
  const failed = results.filter(({ result }) => result.status === 'FAILED');
  if (failed.length === 0) return 0;
  return failed.every(({ result }) => isNotReady(result)) ? notReadyCode : 1;
}

/** The architecture that an event says is published, if it is one: a Publish that found nothing new has ended well, too. */
export function publishedBy(event: EngineEvent): string[] {
  if (event.type !== 'finished' || event.stage !== 'Publish') return [];
  const { architecture, version } = event.result as Published;
  return version === null ? [] : [architecture];
}

/** @param published architectures that came through though the execution may have failed */
export function outcomeOf(result: ExecutionResult, published: readonly string[] = []): string {
  if (result.status === 'FAILED') {
    const done = published.length === 0 ? 'nothing was published' : `nothing but ${published.join(', ')} was published`;
    if (isNotReady(result)) return `upstream is not ready; ${done}, run it again later`;
    return published.length === 0
      ? 'failed; see above. What was published before is as it was'
      : `failed, and ${done}; see above`;
  }
  const { plan, architectures, bootloaders } = result.output as Output;
  if (bootloaders !== undefined) return bootloadersOutcome(bootloaders);
  if (architectures === undefined) return plan?.reason ?? 'nothing is new';
  return architectures
    .map(({ published: { architecture, version, overtaken, leftOut } }) => {
      const left = [
        ...(leftOut.length === 0 ? [] : [`, without ${leftOut.join(', ')}`]),
        ...(overtaken.length === 0 ? [] : [`; another build has published ${overtaken.join(', ')} meanwhile`]),
      ].join('');
      return version === null
        ? `${architecture}: ${overtaken.length === 0 ? 'nothing is new' : 'nothing was published'}${left}`
        : `${architecture}: published version ${version}${left}`;
    })
    .join('; ');
}

interface Output {
  readonly plan?: { readonly reason: string };
  readonly architectures?: readonly {
    readonly published: Published;
  }[];
  readonly bootloaders?: { readonly published: readonly { readonly product: string; readonly version: string }[] };
}

function bootloadersOutcome({ published }: NonNullable<Output['bootloaders']>): string {
  if (published.length === 0) return 'nothing is new';
  return `published ${published.map(({ product, version }) => `${product.replace(/^.*:1:/, '')} ${version}`).join(', ')}`;
}

/** Prints what was built, where it lies, and how MAAS is told of it. */
export function report(results: readonly BuildResult[], options: ReportOptions, terminal: Terminal): void {
  const { mirror, fingerprint, json, now } = options;
  const keyring = below(mirror, layout.keyring);
  if (json) {
    const builds = results.map(({ request, execution, result, outcome, logs }) => {
      const view = viewBelow(mirror, request.view);
      return {
        release: request.release,
        ...aboutRelease(request, now),
        view,
        execution,
        status: result.status,
        outcome,
        logs,
      };
    });
    terminal.out(JSON.stringify({ builds, keyring, fingerprint }, undefined, 2));
    return;
  }
  for (const { request, outcome, logs, result } of results) {
    terminal.out(`${result.status === 'SUCCEEDED' ? '✓' : '✗'} ${request.release}: ${outcome}`);
    const mark = markOf(request, now);
    if (mark !== undefined) terminal.out(`  support      ${mark}`);
    terminal.out(`  logs         ${isAddress(logs) ? logs : fromHere(logs)}`);
  }
  const done = results.filter(({ result }) => result.status === 'SUCCEEDED');
  const views = [...new Set(done.map(({ request }) => request.view))];
  if (views.length === 0) return;
  for (const view of views) terminal.out(`  view         ${viewBelow(mirror, view)}`);
  terminal.out(`  keyring      ${keyring} (binary, as MAAS wants it)`);
  if (fingerprint !== undefined) terminal.out(`  fingerprint  ${fingerprint}`);
  for (const view of views) for (const line of commandsFor(view, done, options)) terminal.out(line);
}

/** Undefined where only a stack knows the release, and of bootloaders. */
function markOf(request: BuildRequest, now: Date): string | undefined {
  return request.release === bootloadersRequest || !isDescribed(request)
    ? undefined
    : supportMark(releaseFor(request), now);
}

function aboutRelease(request: BuildRequest, now: Date): object {
  if (request.release === bootloadersRequest || !isDescribed(request)) return {};
  return { source: toldBy(request), support: supportAt(releaseFor(request), now) };
}

/** The short way to a folder below this one; of all others the whole path. */
function fromHere(folder: string): string {
  const way = relative('.', folder);
  return way === '' || way.split('/')[0] === '..' ? resolve(folder) : way;
}

const isAddress = (place: string) => /^https?:/.test(place);

function below(mirror: string, name: string): string {
  return isAddress(mirror) ? `${mirror.replace(/\/+$/, '')}/${name}` : join(mirror, name);
}

/** As MAAS is given it. */
function viewBelow(mirror: string, view: string): string {
  return isAddress(mirror) ? `${below(mirror, view)}/` : join(mirror, view);
}

function commandsFor(view: string, done: readonly BuildResult[], { mirror, passwordsOf }: ReportOptions): string[] {
  const requests = done.map(({ request }) => request).filter((request) => request.view === view);
  const images = requests.filter(({ release }) => release !== bootloadersRequest);
  if (!images.some(({ release }) => familyOf(release) === 'ubuntu')) return [];
  return maasCommands(view, {
    bootloaders: images.length < requests.length,
    ...(isAddress(mirror) && { address: mirror.replace(/\/+$/, '') }),
    ...(passwordsOf !== undefined && { passwordsOf }),
  });
}
