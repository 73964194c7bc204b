import { MirrorError } from '../errors';
import { changeView } from '../publication/change-view';
import type { Press } from '../publication/press';
import { readDecisions } from '../publication/read-state';
import type { Note } from '../publication/state/view-content';
import type { ViewState } from '../publication/state/view-state';
import { viewsOf } from '../publication/views';
import { formatBytes, formatKey, isOfOlderRelease } from '../store/format';
import type { Store } from '../store/store';

/** What an upgrade changed. */
export interface Upgraded {
  /** Whether the mirror had the format of an older release. */
  readonly format: boolean;
  /** Views that got their first state. */
  readonly views: readonly string[];
}

/**
 * Brings a mirror to the format of this release. From then on, older releases refuse to write to it. Each view gets its first
 * state, in which its names and clocks are remembered; its documents stay as they are. After a crash, call it again.
 * @param press its store need not be open for writing
 * @throws what readView throws
 */
export async function upgradeMirror(
  press: Press,
  asker: Pick<Note, 'by' | 'reason' | 'request'> = {},
): Promise<Upgraded> {
  const format = await replaceFormat(press.mirror);
  const views: string[] = [];
  for (const view of await viewsOf(press.mirror)) {
    if (await writeFirstState(view, { what: 'upgrade', ...asker }, press)) views.push(view);
  }
  return { format, views };
}

/** Whether the mirror has to be upgraded before this release may change it. */
export async function needsUpgrade(mirror: Store): Promise<boolean> {
  const found = await mirror.read(formatKey);
  return found !== undefined && isOfOlderRelease(mirror.name, found.bytes);
}

/** Writes the first state of a view that an older release made. @returns false if it has one, or does not exist */
export async function writeFirstState(view: string, note: Note, press: Press): Promise<boolean> {
  if (!(await lacksState(view, press))) return false;
  return changeView(view, ({ state }) => ({ state: upgraded(state), note }), press);
}

/** The older release built every view that is no snapshot, also one that is to be filled by promotion from now on. */
function upgraded(state: ViewState): ViewState {
  return state.kind === 'built' ? { ...state, upgraded: true } : state;
}

export async function lacksState(view: string, press: Press): Promise<boolean> {
  const { index } = await readDecisions(view, press);
  return index !== undefined && (index as { readonly state?: unknown }).state === undefined;
}

async function replaceFormat(mirror: Store): Promise<boolean> {
  for (;;) {
    const found = await mirror.read(formatKey);
    if (found === undefined || !isOfOlderRelease(mirror.name, found.bytes)) return false;
    try {
      await mirror.replace(formatKey, formatBytes, { ifMatch: found.tag, contentType: 'application/json' });
      return true;
    } catch (error) {
      // Another upgrade was faster: the format is looked at again.
      if (!(error instanceof MirrorError && error.name === 'PreconditionFailed')) throw error;
    }
  }
}
