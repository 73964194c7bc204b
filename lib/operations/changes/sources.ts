import { byBytes } from '../../simplestreams/version-order';
import type { NameChanges } from './modules';

/** Archives and base images by their addresses. `changed` have the same address and another content. */
export interface SourceChanges extends NameChanges {
  readonly changed: readonly string[];
}

/**
 * The sources that a provenance statement names, with their digests: base image and archives. Empty for a statement of
 * others.
 */
export function sourcesIn(provenance: string): ReadonlyMap<string, string> {
  const found = (jsonOf(provenance) as Statement | null)?.predicate?.buildDefinition?.resolvedDependencies;
  const sources = (Array.isArray(found) ? found : []).flatMap(({ name, uri, digest }: Dependency) =>
    typeof uri === 'string' && (name === 'base image' || name === 'archive')
      ? [[uri, String(digest?.sha256 ?? '')] as const]
      : [],
  );
  return new Map(sources);
}

export function sourceChanges(before: ReadonlyMap<string, string>, next: ReadonlyMap<string, string>): SourceChanges {
  const both = [...before].filter(([uri]) => next.has(uri));
  return {
    added: [...next.keys()].filter((uri) => !before.has(uri)).sort(byBytes),
    removed: [...before.keys()].filter((uri) => !next.has(uri)).sort(byBytes),
    changed: both
      .filter(([uri, digest]) => next.get(uri) !== digest)
      .map(([uri]) => uri)
      .sort(byBytes),
  };
}

/** The parts of an in-toto statement that are read; any of them may be missing. */
interface Statement {
  readonly predicate?: { readonly buildDefinition?: { readonly resolvedDependencies?: readonly Dependency[] } };
}

interface Dependency {
  readonly name?: unknown;
  readonly uri?: unknown;
  readonly digest?: { readonly sha256?: unknown };
}

/** Undefined for a text that is not JSON: a statement of others may have any form. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
