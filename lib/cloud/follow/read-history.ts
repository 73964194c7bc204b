import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import { asking } from '../asking';

/**
 * The events of an execution after a known one, in chronological order. They are read backwards from the newest, so that each
 * request reads a page and not the whole history.
 * @param known id of the last known event; 0 for none
 */
export async function readHistory(sfn: SFNClient, arn: string, known: number): Promise<HistoryEvent[]> {
  const newest: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({
      executionArn: arn,
      reverseOrder: true,
      includeExecutionData: true,
      maxResults: 50, // events may contain the input and output of a state, and a follower asks every few seconds
      nextToken,
    });
    const page = await asking('show the history of the execution', () => sfn.send(command));
    newest.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && (newest.at(-1)?.id ?? 0) > known + 1);
  return newest.reverse().filter(({ id = 0 }) => id > known);
}
