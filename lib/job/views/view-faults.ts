import type { View } from './view';

/** A fault of a configuration: the path below `views`, and the rule. */
interface ViewFault {
  readonly path: readonly string[];
  readonly message: string;
}

type Views = Readonly<Record<string, View | null>>;

/** What no schema of a single field finds: views of two kinds, settings without effect, views that need each other. */
export function faultsOfViews(views: Views): ViewFault[] {
  return [
    ...Object.entries(views).flatMap(([name, view]) => (view === null ? [] : ofKind(name, view))),
    ...loops(views),
  ];
}

/** Builds use these, and no other view is built. */
const recipe = ['architectures', 'kernels', 'customise', 'serial', 'compression', 'bootTimeout'] as const;

function ofKind(name: string, view: View): ViewFault[] {
  const ways = (['promote', 'from', 'select'] as const).filter((way) => view[way] !== undefined);
  const given = [...(view.releases.length > 0 ? ['releases'] : []), ...ways];
  const [first, second] = given;
  if (second !== undefined) {
    return [{ path: [name], message: `has ${first} and ${second}; give one of releases, promote, from and select` }];
  }
  if (view.releases.length > 0) return [];
  const unused = [
    ...recipe.filter((field) => view[field] !== undefined),
    ...(['bootTest', 'bootloaders'] as const).filter((field) => !view[field]),
  ];
  return unused.map((field) => ({ path: [name, field], message: 'is for views with releases, which are built' }));
}

/** One fault for each view that gets its versions from itself, also through others. */
function loops(views: Views): ViewFault[] {
  const found = new Set<string>();
  return Object.keys(views).flatMap((name) => {
    const way = found.has(name) ? undefined : wayBack(name, views);
    if (way === undefined) return [];
    for (const one of way) found.add(one);
    return [{ path: [name], message: `has itself as a source: ${[name, ...way].join(' from ')}` }];
  });
}

/** The views between a view and itself, with itself at the end. */
function wayBack(name: string, views: Views): string[] | undefined {
  const ways: string[][] = sourcesOf(views[name]).map((source) => [source]);
  const seen = new Set<string>();
  for (const way of ways) {
    const last = way.at(-1) ?? '';
    if (last === name) return way;
    if (seen.has(last)) continue;
    seen.add(last);
    ways.push(...sourcesOf(views[last]).map((source) => [...way, source]));
  }
  return undefined;
}

function sourcesOf(view: View | null | undefined): string[] {
  const { promote, from, select = [] } = view ?? {};
  return [
    ...(promote ? [promote.from] : []),
    ...(from === undefined ? [] : [from]),
    ...select.map((part) => part.from),
  ];
}
