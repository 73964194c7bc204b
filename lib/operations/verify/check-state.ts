import { mirror } from '../../job/layout';
import { parseHistory } from '../../publication/state/history';
import { parseLedger } from '../../publication/state/ledger';
import { parseShelf } from '../../publication/state/shelf';
import { isStatePath, parseState } from '../../publication/state/state-document';
import type { Index } from '../../simplestreams/types';
import { type Read, wrongName } from './check-document';
import { badFormat, missing, type Problem } from './problem';

/**
 * Checks the state that an index names, and the shelf, the ledger and the newest block of the history that the state names:
 * without them a view can be read, but not changed. A state that is named in the form of another release is ignored.
 */
export async function checkState(read: Read, view: string, index: Index): Promise<Problem[]> {
  const { state } = index as { readonly state?: unknown };
  if (!isStatePath(state)) return [];
  const checkPart = checking(read, view);
  const { value: stored, problems } = await checkPart(state, (text, object) => parseState(text, object, view));
  if (stored === undefined) return problems;
  const parts = [
    stored.shelf === undefined ? undefined : checkPart(stored.shelf, parseShelf),
    stored.ledger === undefined ? undefined : checkPart(stored.ledger, parseLedger),
    stored.history === undefined ? undefined : checkPart(stored.history.path, parseHistory),
  ];
  const found = await Promise.all(parts.filter((part) => part !== undefined));
  return [...problems, ...found.flatMap((part) => part.problems)];
}

interface Checked<Part> {
  readonly value?: Part;
  readonly problems: Problem[];
}

function checking(read: Read, view: string) {
  return async <Part>(path: string, parse: (text: string, where: string) => Part): Promise<Checked<Part>> => {
    const object = mirror.document(view, path);
    const bytes = await read(object);
    if (bytes === undefined) {
      return { problems: [missing(object, 'the index lists it; nothing can be published without it')] };
    }
    const renamed = wrongName(object, bytes);
    if (renamed.length > 0) return { problems: renamed };
    return badFormat<Checked<Part>>(object, [], () => ({ value: parse(bytes.toString(), object), problems: [] }));
  };
}
