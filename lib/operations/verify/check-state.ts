import { mirror } from '../../job/layout';
import { isStatePath, parseState } from '../../publication/state/state-document';
import type { Index } from '../../simplestreams/types';
import { type Read, wrongName } from './check-document';
import { badFormat, missing, type Problem } from './problem';

/**
 * Checks the state that an index names: without it a view can be read, but not changed. A state that is named in the form
 * of another release is ignored.
 */
export async function checkState(read: Read, view: string, index: Index): Promise<Problem[]> {
  const { state } = index as { readonly state?: unknown };
  if (!isStatePath(state)) return [];
  const object = mirror.document(view, state);
  const bytes = await read(object);
  if (bytes === undefined) return [missing(object, 'the index lists it; nothing can be published without it')];
  const renamed = wrongName(object, bytes);
  if (renamed.length > 0) return renamed;
  return badFormat(object, [], () => {
    parseState(bytes.toString(), object);
    return { problems: [] };
  }).problems;
}
