/* stages/layer: the layer that all kernel flavours share. */

import type { Materials } from '../../job/handed-on/materials';
import type { NamedVersion } from '../../machine/apt/apt-resolve';
import { verifiedNames } from '../../machine/apt/in-release';
import { inside } from '../../machine/tree/inside/inside';
import { textsIn } from '../../machine/tree/inside/lists';
import { sha256Of } from '../../sha256';

/** What a build was made from, for its provenance. Manifests are `name TAB version` lines. */
export function materialsOf(
  archives: Materials['archives'],
  { before, after }: { readonly before: string; readonly after: string },
  installed: Readonly<Record<string, readonly NamedVersion[]>>,
): Materials {
  const had = packagesOf(before);
  const shared = [...packagesOf(after)].filter(([name, version]) => had.get(name) !== version);
  return {
    archives,
    changed: [],
    removed: [],
    installed: {
      '': shared.map(([name, version]) => ({ name, version })),
      ...Object.fromEntries(Object.entries(installed).map(([kernel, packages]) => [kernel, [...packages]])),
    },
  };
}

/** Packages that differ between two manifests; null in the one that lacks the package. */
export function changesOf(before: string, after: string): Materials['changed'] {
  const [from, to] = [packagesOf(before), packagesOf(after)];
  const names = [...new Set([...from.keys(), ...to.keys()])].sort();
  return names
    .filter((name) => from.get(name) !== to.get(name))
    .map((name) => ({ name, from: from.get(name) ?? null, to: to.get(name) ?? null }));
}

/** The files with which apt verified the archives whose lists it read, named after their address. */
export function verifiedArchives(root: string): Materials['archives'] {
  return textsIn(inside(root), 'var/lib/apt/lists', verifiedNames).map(({ name, text }) => {
    const folder = name.slice(0, name.lastIndexOf('_'));
    const at = folder.lastIndexOf('_dists_');
    const [address, suite] = at === -1 ? [folder, ''] : [folder.slice(0, at), folder.slice(at + '_dists_'.length)];
    return {
      uri: withoutGateway(address.replaceAll('_', '/')),
      suite: suite.replaceAll('_', '/'),
      sha256: sha256Of(text),
      ...(name.endsWith('_Release') && { detached: true }),
    };
  });
}

function packagesOf(manifest: string): Map<string, string> {
  const lines = manifest.split('\n').filter(Boolean);
  return new Map(lines.map((line) => line.split('\t') as [string, string]));
}

/** If only the gateway knows the credentials of a source, apt uses http with the port of https. */
function withoutGateway(uri: string): string {
  return uri.replace(/^([^/]+):443(?=\/|$)/, '$1');
}
