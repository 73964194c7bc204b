import type { WantedImages } from './cloud-images';
import type { Described } from './inherited';

/**
 * What a stream offers instead of missing images, for messages: the architectures of that release, or else its releases,
 * newest first.
 * @param products from the documents that were read
 * @param ids of further products, which only an index lists
 */
export function offerOf(products: readonly Described[], ids: readonly string[], { version }: WantedImages): string {
  const all = [...products.map(({ name }) => name), ...ids].flatMap((id) => partsOf(id) ?? []);
  if (all.length === 0) return 'it has no server images';
  const architectures = all.filter((one) => one.version === version).map(({ architecture }) => architecture);
  if (architectures.length > 0) return `for this release it has ${listOf(architectures.sort())}`;
  const names = new Map(products.map(({ name, fields }) => [partsOf(name)?.version, fields.release]));
  const versions = all
    .map((one) => one.version)
    .sort()
    .reverse();
  return `it has ${listOf(versions.map((one) => (names.get(one) ? `${names.get(one)} (${one})` : one)))}`;
}

/** Parses the id of a product: `com.ubuntu.cloud.daily:server:24.04:amd64`. */
function partsOf(id: string): { version: string; architecture: string } | undefined {
  const [server, version = '', architecture = ''] = id.split(':').slice(-3);
  return server === 'server' ? { version, architecture } : undefined;
}

/** Shortened, because a stream may have hundreds. */
function listOf(words: readonly string[]): string {
  const once = [...new Set(words)];
  return once.slice(0, 20).join(', ') + (once.length > 20 ? ` and ${once.length - 20} more` : '');
}
