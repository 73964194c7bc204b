/* operations/verify: the checks of `verify`. */

import { isFrozenName, mirror } from '../../job/layout';
import type { ViewContent } from '../../publication/state/view-content';
import { sha256Of } from '../../sha256';
import { checkView as checkContract } from '../../simplestreams/contract/check-view';
import { pathFault } from '../../simplestreams/contract/readable-values';
import { plainIndexOf } from '../../simplestreams/documents';
import type { Index, Products } from '../../simplestreams/types';
import { type CheckedDocument, checkDocument, type Read } from './check-document';
import { checkIndexContent, checkPlainIndex, checkSignedIndex } from './check-index';
import { checkRemembered } from './check-remembered';
import { type CheckedState, checkState } from './check-state';
import { type Problem, violated } from './problem';
import { type PromisedItem, promisedItems } from './promised-items';
import type { SignatureCheck } from './signature-check';

/** What was found in the metadata of one view. */
export interface CheckedView {
  readonly view: string;
  readonly documents: readonly Products[];
  /** What the documents promise; not checked yet. */
  readonly items: readonly PromisedItem[];
  readonly problems: readonly Problem[];
  /** @default - the view has no state, or a part of it cannot be read */
  readonly content?: ViewContent;
}

/**
 * Checks all metadata of a view: the index, its state, every document, their unsigned twins and the signatures of both.
 * If something was published in the meantime, the view is checked again.
 */
export async function checkView(read: Read, view: string, signatures: SignatureCheck): Promise<CheckedView> {
  for (let attempt = 1; ; attempt++) {
    const before = await readIndexes(read, view);
    const checked = await checkFiles(read, view, before, signatures);
    if (checked.problems.length === 0 || attempt === attempts) return checked;
    if (isSame(before, await readIndexes(read, view))) return checked;
  }
}

/** Publications are minutes apart. */
const attempts = 3;

interface IndexFiles {
  readonly signed: Buffer | undefined;
  readonly plain: Buffer | undefined;
  readonly signature: Buffer | undefined;
}

async function readIndexes(read: Read, view: string): Promise<IndexFiles> {
  return {
    signed: await read(mirror.index(view)),
    plain: await read(mirror.plainIndex(view)),
    signature: await read(mirror.plainIndexSignature(view)),
  };
}

function isSame(one: IndexFiles, other: IndexFiles): boolean {
  const texts = (files: IndexFiles) =>
    Object.values(files).map((bytes: Buffer | undefined) => bytes?.toString('latin1'));
  return JSON.stringify(texts(one)) === JSON.stringify(texts(other));
}

async function checkFiles(
  read: Read,
  view: string,
  indexes: IndexFiles,
  signatures: SignatureCheck,
): Promise<CheckedView> {
  const { index, problems } = await checkSignedIndex(view, indexes.signed, signatures);
  const checked = index === undefined ? [] : await checkDocuments(read, view, index, signatures);
  const documents = new Map(checked.flatMap(({ id, document }) => (document ? [[id, document] as const] : [])));
  const whole = index === undefined ? [] : checkIndexContent(view, index, documents);
  const state: CheckedState = index === undefined ? { problems: [] } : await checkState(read, view, index);
  const content = contentOf(view, { index, signed: indexes.signed, documents }, state);
  const changesOf = async (one: Index) => (await checkState(read, view, one)).stored?.history?.entries;
  const plain = await checkPlainIndex(view, indexes, index && twinOf(index, checked), signatures, changesOf);
  return {
    view,
    documents: [...documents.values()],
    items: promisedItems([...documents.values()]),
    problems: [
      ...problems,
      ...whole,
      ...checkContract(documents, { label: labelIn(view, documents, state) }).map(violated(mirror.index(view))),
      ...checked.flatMap((each) => each.problems),
      ...state.problems,
      ...(content && state.stored ? checkRemembered(content, state.stored) : []),
      ...(content?.state.deleting ? [undeleted(view)] : plain),
    ],
    ...(content && { content }),
  };
}

/** Whatever is wrong with index.json, the deletion removes it, and nothing else can change the view. */
function undeleted(view: string): Problem {
  const message = `the view is being deleted; if that was interrupted, finish it: maas-mirror view delete ${view}`;
  return { object: mirror.index(view), rule: 'deleting', message };
}

/** A snapshot has the label of its source; that of an older release does not say which that is, but it has one. */
function labelIn(view: string, documents: ReadonlyMap<string, Products>, { stored }: CheckedState): string {
  const from = stored?.source?.snapshot?.from;
  if (from !== undefined || !isFrozenName(view)) return from ?? view;
  const [first] = [...documents.values()].flatMap(({ products }) => Object.values(products));
  return first?.label ?? view;
}

interface Found {
  readonly index: Index | undefined;
  readonly signed: Buffer | undefined;
  readonly documents: ReadonlyMap<string, Products>;
}

/** The whole view, if every part of it can be read. */
function contentOf(
  view: string,
  { index, signed, documents }: Found,
  { remembered }: CheckedState,
): ViewContent | undefined {
  const entries = Object.entries(index?.index ?? {});
  if (signed === undefined || remembered === undefined || entries.length > documents.size) return undefined;
  const paths = new Map(entries.map(([id, { path }]) => [id, path]));
  return { view, documents, ...remembered, signed: { index: sha256Of(signed), paths } };
}

async function checkDocuments(
  read: Read,
  view: string,
  index: Index,
  signatures: SignatureCheck,
): Promise<CheckedDocument[]> {
  // a path that leads elsewhere is reported by the rules of the index, and not followed
  const entries = Object.entries(index.index).filter(([, { path }]) => pathFault(path) === undefined);
  return Promise.all(entries.map(([id, { path }]) => checkDocument(read, view, { id, path }, signatures)));
}

/** The expected index.json; undefined if the name of an unsigned document is unknown. */
function twinOf(index: Index, checked: readonly CheckedDocument[]): Index | undefined {
  const paths = new Map(checked.map(({ id, jsonPath }) => [id, jsonPath]));
  if (Object.keys(index.index).some((id) => paths.get(id) === undefined)) return undefined;
  return plainIndexOf(index, (id) => paths.get(id) ?? '');
}
