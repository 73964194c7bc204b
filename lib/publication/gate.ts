import { MirrorError } from '../errors';
import { mirror as layout } from '../job/layout';
import type { Violation } from '../simplestreams/contract/contract-rules';
import type { Addition } from '../simplestreams/merge';
import { objectsOf, type Promised } from '../simplestreams/promised';
import type { Store } from '../store/store';

/**
 * The contract gate: one version that MAAS cannot read disables the whole boot source of a site, so such a version is
 * never committed.
 * @throws ContractBroken naming every rule
 */
export function refuse(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  const lines = violations.map(({ rule, where, message }) => `${where}: ${message} [${rule}]`);
  throw new MirrorError('ContractBroken', `MAAS would refuse this mirror:\n${lines.join('\n')}`, {
    hint: 'nothing was published; the view is as it was',
  });
}

/** Every object that a commit adds has to be there, whole and right. */
export async function requireObjects(additions: readonly Addition[], mirror: Store): Promise<void> {
  const items = new Map<string, Promised>();
  for (const { version } of additions) for (const item of objectsOf(version)) items.set(item.path, item);
  await Promise.all([...items.values()].map((item) => requireObject(item, mirror)));
}

async function requireObject({ path, size, sha256 }: Promised, mirror: Store): Promise<void> {
  const key = layout.pool(path);
  const head = await mirror.head(key);
  const seen = head === undefined ? 'missing' : `${head.size} bytes with sha256 ${head.sha256}`;
  if (head?.size === size && head.sha256 === sha256) return;
  throw new MirrorError(
    'ContractBroken',
    `${key} is ${seen}, the document promises ${size} bytes with sha256 ${sha256}`,
    {
      hint: 'nothing was published; the view is as it was',
    },
  );
}
