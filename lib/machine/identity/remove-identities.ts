import { logLine, progress } from '../log';
import { type Inside, inside } from '../tree/inside/inside';
import { findIdentities, type Identity } from './find-identities';

/** A file removed from an image because every machine deployed from it would have had the same one. */
export interface RemovedFile {
  /** `/etc/nvme/hostnqn`, on one line. */
  readonly path: string;
  /** `private key`, `identity`, `certificate of a removed key` */
  readonly what: string;
  /** Package that created it; empty if not known. */
  readonly of: string;
}

/**
 * Removes the keys and identities that packages created in an image during installation, and restores those of the base.
 * Logs each removed file and warns about files that nothing recreates at boot.
 * @param root the changed tree
 * @param base the original tree
 * @param upper the upper folder of its overlay, with the changed files
 */
export async function removeIdentities(root: string, base: string, upper: string): Promise<RemovedFile[]> {
  const [tree, before] = [inside(root), inside(base)];
  const found = findIdentities(tree, before, inside(upper));
  for (const { path, known } of found) {
    await tree.restore(path, before);
    if (known?.instead !== undefined && tree.kindOf(path) === undefined) tree.write(path, known.instead, 0o600);
  }
  if (found.length > 0) await removeDeadLinks(tree, before, inside(upper));
  const removed = found.map(({ path, what, of }) => ({ path: `/${inOneLine(path)}`, what, of: inOneLine(of) }));
  for (const { path, what, of } of removed) logLine(`removed from the image: ${path} (${what}${of && ` of ${of}`})`);
  for (const warning of warningsOf(found)) progress(`warning: ${warning}`);
  return removed;
}

/** One warning for each package whose keys the machines will lack. */
export function warningsOf(found: readonly Identity[]): string[] {
  const lost = found.filter(({ what, known }) => (known ? known.again === undefined : !goesWithKey(what)));
  const packages = [...new Set(lost.map(({ of }) => of))];
  return packages.map((name) => {
    const own = lost.filter(({ of }) => of === name);
    const paths = own.map(({ path }) => `/${path}`).join(', ');
    const remedy = own.find(({ known }) => known?.remedy)?.known?.remedy;
    const next = remedy === undefined ? 'create it on each machine' : `run \`${remedy}\` on each machine`;
    return `removed ${paths}${name && ` of ${name}`} from the image; nothing recreates it at boot: ${next}`;
  });
}

/** Files that are recreated together with their key. */
const goesWithKey = (what: string) => what.endsWith('of a removed key');

/** OpenSSL finds certificates through links named by hash. Links to removed certificates dangle. */
async function removeDeadLinks(tree: Inside, before: Inside, upper: Inside): Promise<void> {
  const folder = 'etc/ssl/certs';
  for (const { name, kind } of upper.list(folder)) {
    const path = `${folder}/${name}`;
    const isDead = kind === 'link' && /^[0-9a-f]{8}\.\d+$/.test(name) && tree.fileAt(path) === undefined;
    if (isDead) await tree.restore(path, before);
  }
}

/** Paths and names are published and may contain any character. */
function inOneLine(text: string): string {
  return [...text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')].slice(0, 2000).join('');
}
