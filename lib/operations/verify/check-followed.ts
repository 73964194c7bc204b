import { mirror } from '../../job/layout';
import { derivedContent } from '../../publication/derived/derive-view';
import { sourcesOf } from '../../publication/derived/followers';
import { elsewhere } from '../../publication/gate/refusal';
import { hasChanged, nextContent } from '../../publication/next-content';
import type { ViewContent } from '../../publication/state/view-content';
import type { Withdrawal } from '../../publication/state/withdrawal';
import { sha256Of } from '../../sha256';
import type { Read } from './check-document';
import type { CheckedView } from './check-view';
import type { Problem } from './problem';

/**
 * Checks that selected views offer what their sources do. Views that were changed since they were checked are left out: they
 * may just be being updated. So are those that are being deleted, which nothing updates.
 * @param views those whose sources were checked, too
 * @param withdrawn the withdrawals of all views
 */
export async function checkFollowed(
  read: Read,
  views: readonly CheckedView[],
  withdrawn: readonly Withdrawal[],
): Promise<Problem[]> {
  const there = new Set(views.map(({ view }) => view));
  const contents = new Map(views.flatMap(({ view, content }) => (content ? [[view, content] as const] : [])));
  const problems: Problem[] = [];
  for (const content of contents.values()) {
    if (content.state.deleting) continue;
    const missing = sourcesOf(content.state).filter((from) => !there.has(from));
    if (missing.length > 0) {
      problems.push({
        object: mirror.index(content.view),
        rule: 'unfollowed',
        message: sourceless(content, missing, await undeletedOf(missing, read)),
      });
      continue;
    }
    const sources = new Map(sourcesOf(content.state).flatMap((from) => sourceIn(contents, from)));
    if (sources.size === 0 || sources.size < sourcesOf(content.state).length) continue;
    if (isFollowing(content, sources, withdrawn)) continue;
    if (await areCurrent(read, [content, ...sources.values()])) problems.push(unfollowed(content, [...sources.keys()]));
  }
  return problems;
}

type Contents = ReadonlyMap<string, ViewContent>;

function sourceIn(contents: Contents, from: string): (readonly [string, ViewContent])[] {
  const content = contents.get(from);
  return content === undefined ? [] : [[from, content]];
}

function isFollowing(content: ViewContent, sources: Contents, withdrawn: readonly Withdrawal[]): boolean {
  const at = new Date(0);
  const { documents, ledger } = derivedContent(content, sources, content.state.source?.select ?? [], withdrawn, at);
  return !hasChanged(content, nextContent(content, { documents, ledger }, at));
}

async function areCurrent(read: Read, views: readonly ViewContent[]): Promise<boolean> {
  for (const { view, signed } of views) {
    const bytes = await read(mirror.index(view));
    if (bytes === undefined || sha256Of(bytes) !== signed?.index) return false;
  }
  return true;
}

function unfollowed({ view }: ViewContent, sources: readonly string[]): Problem {
  const message = `it does not offer what ${sources.join(', ')} offers: an update failed or was interrupted; the next change of its source, or \`maas-mirror repair\`, updates it`;
  return { object: mirror.index(view), rule: 'unfollowed', message };
}

/** Views that do not exist, of which no note of their deletion is left. */
export async function undeletedOf(views: readonly string[], read: Read): Promise<readonly string[]> {
  const undeleted: string[] = [];
  for (const view of views) if ((await read(mirror.tombstone(view))) === undefined) undeleted.push(view);
  return undeleted;
}

/**
 * Why a view without its source is not updated, and what to do.
 * @param undeleted which of the sources were not deleted with `view delete`
 */
export function sourceless(
  { view, state }: Pick<ViewContent, 'view' | 'state'>,
  sources: readonly string[],
  undeleted: readonly string[],
): string {
  const missing = `it follows ${sources.join(', ')}, which ${sources.length === 1 ? 'does' : 'do'} not exist`;
  const lost = undeleted.map(
    (one) => `; if the files of ${one} were removed, restore them: what was withdrawn there is unknown without them`,
  );
  return `${missing}, so it is not updated any more: ${otherSource(view, elsewhere(view, state, sources))}${lost.join('')}`;
}

/** How a view gets another source, or is deleted. @param command by which it gets one */
export function otherSource(view: string, command = `maas-mirror view set ${view} --from VIEW`): string {
  return `choose another source: ${command}, or delete it: maas-mirror view delete ${view}`;
}
