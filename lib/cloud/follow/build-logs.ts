import { type CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetBuildsCommand, type Build, type CodeBuildClient } from '@aws-sdk/client-codebuild';
import { MirrorError } from '../../errors';
import { asking } from '../asking';
import type { Clients } from '../clients';
import { buildPage } from '../console-pages';

/** How a build ended, for people. */
export interface BuildEnding {
  /** One sentence. */
  readonly reason: string;
  /** The last lines of its log, at most 20. */
  readonly tail: readonly string[];
  /** URL of the full log. @default - CodeBuild no longer has the build */
  readonly page: string | undefined;
}

/** @throws what asking throws */
export async function buildEnding(clients: Pick<Clients, 'codebuild' | 'logs'>, id: string): Promise<BuildEnding> {
  const build = await findBuild(clients.codebuild, id);
  if (build === undefined) return { reason: `CodeBuild has no build ${id}`, tail: [], page: undefined };
  return { reason: reasonOf(build), tail: await tailOrWhyNot(clients.logs, build), page: pageOf(build, id) };
}

/** The caller may have no permission to read logs; and a build that never started has none. */
async function tailOrWhyNot(client: CloudWatchLogsClient, build: Build): Promise<string[]> {
  try {
    return await tailOf(client, build);
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return [`(the log cannot be read: ${error.message})`];
  }
}

export async function findBuild(codebuild: CodeBuildClient, id: string): Promise<Build | undefined> {
  const command = new BatchGetBuildsCommand({ ids: [id] });
  const { builds = [] } = await asking(`describe the build ${id}`, () => codebuild.send(command));
  return builds[0];
}

/** Why a build did not succeed; the same messages as for builds on one machine (lib/local/codebuild/build.ts). */
export function reasonOf({ buildStatus, phases }: Build): string {
  if (buildStatus === 'TIMED_OUT') return 'the build exceeded the time limit of its project';
  if (buildStatus === 'STOPPED') return 'the build was stopped';
  const failed = phases?.find(({ phaseStatus }) => !['SUCCEEDED', undefined].includes(phaseStatus));
  if (failed === undefined) return 'the build failed';
  const context = failed.contexts?.[0];
  return `${failed.phaseType}: ${context?.message ?? context?.statusCode ?? failed.phaseStatus}`;
}

function pageOf({ logs, arn = '' }: Build, id: string): string {
  return logs?.deepLink ?? buildPage(arn, id);
}

const tailLines = 20;
const tailWidth = 400;
/** CodeBuild itself writes about ten lines after the output of a failed command, one for each phase and context. */
const pageSize = 100;
const mostPages = 5;

/** The location of the log of a build. */
export interface LogPlace {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** @returns undefined if it has no log (yet) */
export function logPlaceOf(build: Build | undefined): LogPlace | undefined {
  const { groupName, streamName } = build?.logs ?? {};
  return groupName && streamName ? { logGroupName: groupName, logStreamName: streamName } : undefined;
}

/** Lines of a log after the position of a token. @param token @default - from the beginning */
export async function nextLines(
  client: CloudWatchLogsClient,
  place: LogPlace,
  token: string | undefined,
): Promise<{ readonly lines: readonly string[]; readonly token: string | undefined }> {
  const command = new GetLogEventsCommand({ ...place, startFromHead: true, nextToken: token });
  const { events = [], nextForwardToken } = await asking(`show the log ${nameOf(place)}`, () => client.send(command));
  return { lines: events.flatMap(({ message = '' }) => linesOf(message)), token: nextForwardToken };
}

/** The last lines that the commands of a build wrote, without CodeBuild's own, which only repeat its phases. */
async function tailOf(client: CloudWatchLogsClient, build: Build): Promise<string[]> {
  const place = logPlaceOf(build);
  if (place === undefined) return [];
  let lines: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages && lines.length < tailLines; page++) {
    const command = new GetLogEventsCommand({ ...place, limit: pageSize, nextToken });
    const { events = [], nextBackwardToken } = await asking(`show the log ${nameOf(place)}`, () =>
      client.send(command),
    );
    lines = [...events.flatMap(({ message = '' }) => linesOf(message)), ...lines];
    if (nextBackwardToken === undefined || nextBackwardToken === nextToken) break; // an unchanged token marks the beginning of the log
    nextToken = nextBackwardToken;
  }
  return lines.slice(-tailLines);
}

const nameOf = ({ logGroupName, logStreamName }: LogPlace) => `${logGroupName}/${logStreamName}`;

/** Without a regular expression: an unanchored one takes hours for a megabyte of carriage returns before a letter. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(0, end);
}

function linesOf(message: string): string[] {
  const lines = message.split('\n').map(withoutReturns);
  return lines
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).slice(0, tailWidth))
    .filter((line) => line !== '' && !line.startsWith('[Container] '));
}
