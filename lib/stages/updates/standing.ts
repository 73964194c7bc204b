import type { Reading } from '../../publication/read-index';
import { readStanding, type StandingContent } from '../../publication/read-standing';
import { WithdrawnIndex } from '../../publication/state/withdrawals';

/** What a build compares with, and what it must obey. */
export interface Standing extends Pick<StandingContent, 'document' | 'state' | 'content'> {
  /** The withdrawals of all views. */
  readonly withdrawn: WithdrawnIndex;
}

/** Reads one document of a view, and what operators decided. @throws the errors of readView */
export async function standingOf(view: string, contentId: string, reading: Reading): Promise<Standing> {
  const { withdrawn, ...standing } = await readStanding(view, contentId, reading);
  return { ...standing, withdrawn: new WithdrawnIndex(view, withdrawn) };
}
