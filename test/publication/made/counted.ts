import { emptyLedger } from '../../../lib/publication/state/ledger';
import { emptyShelf } from '../../../lib/publication/state/shelf';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { documentOf, imageContentId, imageFields, imageId } from '../../simplestreams/made-documents';
import { versionWith } from './view-of';

/** How often products were read, each time from a document. */
export interface Counter {
  reads: number;
}

/** The same products, whose reads are counted: what grows with their square cannot hide behind a fast machine. */
function counted<Row extends object>(products: Row, counter: Counter): Row {
  return new Proxy(products, {
    get(target, key, receiver) {
      counter.reads += 1;
      return Reflect.get(target, key, receiver);
    },
  });
}

/** A view of so many products, each of an architecture of its own, whose reads are counted. */
export function wideView(view: string, count: number, versions: Readonly<Record<string, string>>, counter: Counter) {
  const made = Object.fromEntries(Object.entries(versions).map(([name, content]) => [name, versionWith(content)]));
  const products = Array.from({ length: count }, (_, at) => {
    const id = imageId.replace('candidate', view).replace('amd64', `arch${at}`);
    return [id, { ...imageFields, arch: `arch${at}`, label: view, versions: made }] as const;
  });
  const contentId = imageContentId.replace('candidate', view);
  const document = documentOf(contentId, Object.fromEntries(products));
  return {
    view,
    documents: new Map([[contentId, { ...document, products: counted(document.products, counter) }]]),
    ...{ state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger },
  } satisfies ViewContent;
}
