import { join, relative, resolve } from 'node:path';
import { familyOf } from '../../lib/catalog/releases';
import { supportAt, supportMark } from '../../lib/catalog/support';
import type { BuildRequest } from '../../lib/job/build-request';
import type { EngineEvent, ExecutionResult } from '../../lib/job/events';
import { bootloadersRequest } from '../../lib/job/job';
import { mirror as layout } from '../../lib/job/layout';
import { isNotReady } from '../../lib/job/not-ready';
import { isDescribed, releaseFor, toldBy } from '../../lib/job/releases/release-for';
import type { PublishedBootloaders } from '../../lib/stages/publish-bootloaders';
import type { Published } from '../../lib/stages/updates/published';
import type { Terminal } from '../terminal/terminal';
import { maasCommands } from './maas-commands';
import { type PublishedArchitecture, publishedLoadersText, publishedText } from './published-text';

/** An execution that has ended. */
export interface BuildResult {
  readonly request: BuildRequest;
  readonly execution: string;
  /** Folder of its logs; on AWS the console page of the execution. */
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
  /** The stack whose mirror requires a password. @default - no password is required */
  readonly passwordsOf?: string;
  readonly json: boolean;
  /** Releases whose support has ended by then are marked. */
  readonly now: Date;
}

/** Upstream was mid-update and nothing else is wrong: the same command succeeds later. */
export const notReadyCode = 3;

/** 0 if all builds succeeded, 3 if upstream was not ready and nothing else failed, else 1. */
export function exitCodeOf(results: readonly BuildResult[]): number {
  const failed = results.filter(({ result }) => result.status === 'FAILED');
  if (failed.length === 0) return 0;
  return failed.every(({ result }) => isNotReady(result)) ? notReadyCode : 1;
}

/** The architecture that an event says was published, if any: Publish also succeeds when everything is up to date. */
export function publishedBy(event: EngineEvent): string[] {
  if (event.type !== 'finished' || event.stage !== 'Publish') return [];
  const { architecture, version } = event.result as Published;
  return version === null ? [] : [architecture];
}

/** @param published architectures that were published, even if the execution failed */
export function outcomeOf(result: ExecutionResult, published: readonly string[] = []): string {
  if (result.status === 'FAILED') {
    if (isNotReady(result)) return `${onlyPublished(published)}: upstream is mid-update; try again later`;
    const kept = published.length === 0 ? 'previously published images are unchanged' : onlyPublished(published);
    return `build failed (see above); ${kept}`;
  }
  const { plan, architectures, bootloaders } = result.output as Output;
  if (bootloaders !== undefined)
    return publishedLoadersText({ products: bootloaders.published, ...bootloaders.result });
  if (architectures === undefined) return plan?.reason ?? 'up to date';
  return architectures.map(({ published }) => publishedText(published)).join('; ');
}

function onlyPublished(architectures: readonly string[]): string {
  if (architectures.length === 0) return 'nothing was published';
  return `only ${architectures.join(', ')} ${architectures.length === 1 ? 'was' : 'were'} published`;
}

interface Output {
  readonly plan?: { readonly reason: string };
  readonly architectures?: readonly { readonly published: PublishedArchitecture }[];
  /** `result`: @default - the stack is of an older release */
  readonly bootloaders?: {
    readonly published: PublishedBootloaders['products'];
    readonly result?: PublishedBootloaders;
  };
}

/** Prints what was built, where it is, and the commands that add it to MAAS. */
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
  terminal.out(`  keyring      ${keyring} (binary, as MAAS requires)`);
  if (fingerprint !== undefined) terminal.out(`  fingerprint  ${fingerprint}`);
  for (const view of views) for (const line of commandsFor(view, done, options)) terminal.out(line);
}

/** Undefined for bootloaders, and if only a stack knows the release. */
function markOf(request: BuildRequest, now: Date): string | undefined {
  return request.release === bootloadersRequest || !isDescribed(request)
    ? undefined
    : supportMark(releaseFor(request), now);
}

function aboutRelease(request: BuildRequest, now: Date): object {
  if (request.release === bootloadersRequest || !isDescribed(request)) return {};
  return { source: toldBy(request), support: supportAt(releaseFor(request), now) };
}

/** A relative path for a folder below the current one, else an absolute path. */
function fromHere(folder: string): string {
  const way = relative('.', folder);
  return way === '' || way.split('/')[0] === '..' ? resolve(folder) : way;
}

const isAddress = (place: string) => /^https?:/.test(place);

function below(mirror: string, name: string): string {
  return isAddress(mirror) ? `${mirror.replace(/\/+$/, '')}/${name}` : join(mirror, name);
}

/** The form in which MAAS expects it. */
function viewBelow(mirror: string, view: string): string {
  return isAddress(mirror) ? `${below(mirror, view)}/` : join(mirror, view);
}

function commandsFor(view: string, done: readonly BuildResult[], { mirror, passwordsOf }: ReportOptions): string[] {
  const requests = done.map(({ request }) => request).filter((request) => request.view === view);
  const images = requests.filter(({ release }) => release !== bootloadersRequest);
  if (!images.some(({ release }) => familyOf(release) === 'ubuntu')) return [];
  return maasCommands(view, {
    bootloaders: images.length < requests.length,
    mirror: isAddress(mirror) ? { url: mirror.replace(/\/+$/, '') } : { folder: fromHere(mirror) },
    ...(passwordsOf !== undefined && { passwordsOf }),
  });
}
