import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';
import { asking } from '../asking';

/**
 * The events of an execution after one that is known, in their order. They are read from the newest backwards, so that
 * asking again and again costs a page each time and not the whole history.
 * @param known id of the last event that is known; 0: none
 */
export async function readHistory(sfn: SFNClient, arn: string, known: number): Promise<HistoryEvent[]> {
  const newest: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({
      executionArn: arn,
      reverseOrder: true,
      includeExecutionData: true,
      maxResults: 50, // each may hold what a state got and gave, and a follower asks every few seconds
      nextToken,
    });
    const page = await asking('show the history of the execution', () => sfn.send(command));
    newest.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined && (newest.at(-1)?.id ?? 0) > known + 1);
  return newest.reverse().filter(({ id = 0 }) => id > known);
}
