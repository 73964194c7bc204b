import type { OperationRequest } from '../../job/operations/operation';
import type { Note } from '../../publication/state/view-content';

/** Who asks, and why; decisions and the history keep it. It is no part of what is asked, so no plan's id depends on it. */
export interface Asker {
  /** As the caller says: `anna@ops1`. */
  readonly by?: string;
  readonly reason?: string;
  /** Id of the AWS request. */
  readonly request?: string;
}

/** An operation of one kind, with who asks for it. */
export type Asked<Does extends OperationRequest['does']> = Extract<OperationRequest, { does: Does }> & Asker;

/** Operations that are planned, view by view. A repair finds out what to do while it does it. */
export type Plannable = Exclude<OperationRequest['does'], 'repair'>;

/** Only what is known of the asker. */
export function askerOf({ by, reason, request }: Asker): Asker {
  return {
    ...(by !== undefined && { by }),
    ...(reason !== undefined && { reason }),
    ...(request !== undefined && { request }),
  };
}

/** What the history says about an operation. */
export function noteOf(what: Note['what'], asker: Asker): Note {
  return { what, ...askerOf(asker) };
}
