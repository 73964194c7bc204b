import { withoutFolders, withoutName } from '../../errors';
import type { ExecutionResult, Failure } from '../../job/events';
import { executionPage } from '../console-pages';
import { jsonUnlessCut } from './cut-json';

export interface FailedExecution {
  readonly name: string;
  readonly executionArn: string;
  readonly status: string;
  readonly input?: string | null;
}

/** The notification for operators. The subject of an SNS email must be ASCII, shorter than 100 characters. */
export function failureNotification(
  { name, executionArn, status, input }: FailedExecution,
  result: ExecutionResult,
): { readonly subject: string; readonly text: string } {
  const { release = name, view = 'candidate' } = requestIn(input);
  // CodeBuild's description of a build includes its environment.
  const cause = result.status === 'FAILED' ? withoutName(withoutFolders(`${result.error}: ${result.cause}`)) : status;
  return {
    subject: `MAAS mirror: ${release} for ${view} failed`.replace(/[^ -~]/g, '?').slice(0, 99),
    text: [
      `The build of ${release} for the view ${view} has ended: ${status}. Previously published images are unchanged.`,
      '',
      ...result.failures.flatMap(linesOf),
      ...(result.failures.length === 0 ? [cause, ''] : []),
      `Execution: ${executionPage(executionArn)}`,
      `To try again: maas-mirror build ${release} --view ${view} --stack NAME`,
    ].join('\n'),
  };
}

function linesOf({ stage, architecture, kernel, log, tail, error, hint }: Failure): string[] {
  return [
    `${[stage, architecture, kernel].filter(Boolean).join(' ')}: ${withoutName(error)}`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
    ...(log === undefined ? [] : [`  log: ${log}`]),
    ...tail.slice(-10).map((line) => `  | ${line}`),
    '',
  ];
}

function requestIn(input: string | null | undefined): { readonly release?: string; readonly view?: string } {
  return jsonUnlessCut(input) ?? {};
}
