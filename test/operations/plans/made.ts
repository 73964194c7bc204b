import { joined } from '../../../lib/operations/carry-out/pass-through';
import type { MirrorContent, Planned, Planner } from '../../../lib/operations/plans/planned';
import { keptLedger } from '../../../lib/publication/state/kept-ledger';
import { emptyLedger } from '../../../lib/publication/state/ledger';
import { emptyShelf } from '../../../lib/publication/state/shelf';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewChange, ViewContent } from '../../../lib/publication/state/view-content';
import type { Product, Version } from '../../../lib/simplestreams/types';
import { byBytes } from '../../../lib/simplestreams/version-order';
import { bootloaderFields, documentOf, imageFields, itemOf } from '../../simplestreams/made-documents';

/** A version with a root, a kernel and an initrd of these contents: `r1 k1 i1`. */
export function made(words: string, facts: Readonly<Record<string, string>> = {}): Version {
  const [root = '', kernel = '', initrd = kernel] = words.split(' ');
  const items = { squashfs: itemOf('squashfs', root), 'boot-kernel': itemOf('boot-kernel', `kernel ${kernel}`) };
  return { items: { ...items, 'boot-initrd': itemOf('boot-initrd', `initrd ${initrd}`) }, gate: 'passed', ...facts };
}

export type Offered = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A view of noble amd64 by flavours, `ga-24.04`, and names of versions. */
export function viewWith(view: string, flavours: Offered, more: Partial<ViewContent> = {}): ViewContent {
  const products = Object.entries(flavours).map(([subarch, versions]): [string, Product] => {
    const all = Object.entries(versions).map(([name, words]) => [name, made(words)]);
    const fields = { ...imageFields, subarch, label: view };
    return [`com.ubuntu.maas.${view}:v3:boot:24.04:amd64:${subarch}`, { ...fields, versions: Object.fromEntries(all) }];
  });
  const id = `com.ubuntu.maas:${view}:v3:download`;
  return {
    view,
    documents: new Map([[id, documentOf(id, Object.fromEntries(products))]]),
    ...{ state: emptyState(view), shelf: emptyShelf, ledger: emptyLedger },
    ...more,
  };
}

/** A view of a bootloader with these versions, by their words. */
export function loadersIn(
  view: string,
  versions: Readonly<Record<string, string>>,
  more: Partial<ViewContent> = {},
): ViewContent {
  const id = `com.ubuntu.maas:${view}:1:bootloader-download`;
  const all = Object.entries(versions).map(([name, words]): [string, Version] => {
    return [name, { items: { syslinux: itemOf('archive.tar.xz', `loader ${words}`) } }];
  });
  const product = { ...bootloaderFields, label: view, versions: Object.fromEntries(all) };
  const documents = new Map([[id, documentOf(id, { [`com.ubuntu.maas.${view}:1:pxelinux:pxe:i386`]: product })]]);
  return { ...viewWith(view, {}), documents, ...more };
}

/** The view after a change. */
export function changedBy(content: ViewContent, change: ViewChange | undefined, at: Date): ViewContent {
  const next = { ...content, ...change, view: content.view };
  return { ...next, ledger: keptLedger(content, next, at) };
}

/** What a view offers of each product, in the words of its items: `{ 20261120.083000: 'r1 k1' }`. */
export function wordsIn({ documents }: Pick<ViewContent, 'documents'>): Readonly<Record<string, string>>[] {
  return [...documents.values()].flatMap(({ products }) =>
    Object.values(products).map(({ versions }) => {
      const said = Object.entries(versions).map(([name, { items }]) => {
        return [
          name,
          [items.squashfs, items['boot-kernel'], items.syslinux]
            .map((item) => item?.path)
            .join(' ')
            .trim(),
        ];
      });
      return Object.fromEntries(said);
    }),
  );
}

export function mirrorOf(...views: ViewContent[]): MirrorContent {
  return {
    views: new Map(views.map((one) => [one.view, one])),
    withdrawn: views.flatMap(({ state }) => state.withdrawals),
  };
}

/** A plan of all views of a mirror: of the one that is named, then of the others by their names. */
export function plannedIn<Request>(
  planner: Planner<Request>,
  request: Request,
  mirror: MirrorContent,
  at: Date,
): Planned {
  const planned = planner(request, mirror, at);
  const named = new Set(planned.views.map(({ view }) => view));
  const others = [...mirror.views.values()].filter(({ view }) => !named.has(view));
  const { elsewhere } = planned;
  if (elsewhere === undefined) return planned;
  const inOrder = others.sort((one, other) => byBytes(one.view, other.view));
  const { remarks, ...all } = joined(planned, inOrder.map(elsewhere.plan));
  return { ...all, remarks: remarks.filter(({ about, why }) => about !== 'sites follow' || why !== undefined) };
}

/** The view, whose products were last built from these inputs. */
export function withInputs(content: ViewContent, inputs: string): ViewContent {
  const documents = [...content.documents].map(([id, document]) => {
    const products = Object.entries(document.products).map(([key, product]) => [key, { ...product, inputs }]);
    return [id, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

/** What the products of a view say that they were last built from. */
export function inputsOf({ documents }: Pick<ViewContent, 'documents'>): unknown[] {
  return [...documents.values()].flatMap(({ products }) => Object.values(products).map(({ inputs }) => inputs));
}

/** Two versions, of which one flavour has only the newer. */
export const [older, newer] = ['20261120.083000', '20261125.083000'] as const;
export const twoVersions = viewWith('candidate', {
  'ga-24.04': { [older]: 'r1 g1', [newer]: 'r2 g2' },
  'hwe-24.04': { [newer]: 'r2 h2' },
});
