import { kernelOf, kernelsOf } from '../../../lib/catalog/kernels';
import { contentId, productId } from '../../../lib/catalog/products';
import { releaseOf } from '../../../lib/catalog/releases';
import type { PublishInput } from '../../../lib/job/handed-on/publish-input';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Products, Version } from '../../../lib/simplestreams/types';
import { type PublishBench, publish } from '../../../lib/stages/publish';
import type { Published } from '../../../lib/stages/updates/published';
import { newestName } from '../../../lib/stages/updates/updates';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import type { Store } from '../../../lib/store/store';
import { type BuiltRunOptions, makeBuiltRun } from '../../fixtures/mirrors/built-run';
import { folderInMemory } from '../../fixtures/temporary-folder';

export interface SmallPress<Mirror extends Store = DirectoryStore> extends PublishBench {
  readonly mirror: Mirror;
  readonly work: DirectoryStore;
  /** Sets the clock, which stands still otherwise. @default 2026-11-20T08:30:00Z */
  turnClockTo(time: string): void;
  /** Makes small artefacts, as builds of one architecture hand them on to Publish. */
  prepare(run?: Partial<BuiltRunOptions>): Promise<PublishInput>;
  /** Makes small artefacts and publishes them; the execution has a name of its own unless one is given. */
  publish(run?: Partial<BuiltRunOptions>, changes?: Partial<PublishBench>): Promise<Published>;
  /** The versions of a product of bookworm amd64, in the order of their publication. */
  versionsOf(kernel: string, view?: string): Promise<string[]>;
  version(kernel: string, name: string, view?: string): Promise<Version | undefined>;
  document(view?: string): Promise<Products | undefined>;
  /** The bytes of an object of the mirror, or undefined. */
  bytes(key: string): Promise<Buffer | undefined>;
  /** Every key of the mirror. */
  keys(): Promise<string[]>;
}

/** An empty mirror, in a temporary folder unless one is given, with all that publishing into it needs. */
export function smallPress<Mirror extends Store>(signer: Signer, mirror: Mirror): SmallPress<Mirror>;
export function smallPress(signer: Signer): SmallPress;
export function smallPress(signer: Signer, mirror: Store = new DirectoryStore(folderInMemory())): SmallPress<Store> {
  const work = new DirectoryStore(folderInMemory());
  let time = new Date('2026-11-20T08:30:00Z');
  let executions = 0;
  const bench: PublishBench = { work, mirror, signer, now: () => time };
  const document = async (view = 'candidate') =>
    (await readView(view, bench)).documents.get(contentId(releaseOf('bookworm'), view))?.document;
  const product = async (kernel: string, view = 'candidate') =>
    (await document(view))?.products[productId(kernelOf('bookworm', 'amd64', kernel), view)];
  const prepare = async (run?: Partial<BuiltRunOptions>) => {
    executions += 1;
    const { release = 'bookworm', architecture = 'amd64', view = 'candidate' } = run ?? {};
    const newest = newestIn(await document(view), { release, architecture, view });
    return makeBuiltRun(work, { execution: `run-${executions}`, newest, ...run });
  };
  return {
    ...bench,
    work,
    mirror,
    turnClockTo: (at) => {
      time = new Date(at);
    },
    prepare,
    publish: async (run, changes) => publish(await prepare(run), { ...bench, ...changes }),
    versionsOf: async (kernel, view) => Object.keys((await product(kernel, view))?.versions ?? {}).sort(),
    version: async (kernel, name, view) => (await product(kernel, view))?.versions[name],
    document,
    bytes: async (key) => (await mirror.read(key))?.bytes,
    keys: () => Array.fromAsync(mirror.list('')),
  };
}

/** Names of the newest versions, by flavour. */
function newestIn(
  document: Products | undefined,
  { release, architecture, view }: { release: string; architecture: string; view: string },
): Record<string, string> {
  const flavours = kernelsOf(release, architecture).map(({ name }) => name);
  const idOf = (name: string) => productId(kernelOf(release, architecture, name), view);
  return Object.fromEntries(flavours.map((name) => [name, newestName(document?.products[idOf(name)])]));
}
