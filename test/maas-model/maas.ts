import type { Job } from './downloads';
import { newestVersion, type Resource, type Wanted } from './library';
import { isTaken, type Manifest, StreamFault, type StreamProduct } from './reading/stream';
import { Site, type SiteOptions } from './site';

interface Source {
  readonly id: number;
  url: string;
  readonly priority: number;
  stored?: Manifest;
}

interface Selection {
  readonly id: number;
  readonly source: Source;
  readonly os: string;
  readonly release: string;
  readonly arch: string;
}

interface Sync {
  readonly selection: Selection;
  readonly jobs: Job[];
}

/**
 * A MAAS of 3.7 or later. What is not known is modelled as the worse of what is possible: a sync and a manifest that are due in
 * the same minute come in this order, so that a change is seen 70 minutes later at worst.
 */
export class Maas extends Site {
  private readonly sources: Source[] = [];
  private selections: Selection[] = [];
  private running: Sync[] = [];
  private lastId = 0;

  constructor(options: SiteOptions) {
    super(options, []);
  }

  addSource(url: string, priority?: number): number {
    const priorities = this.sources.map((source) => source.priority);
    const above = this.without.has('M19') ? Math.min(1, ...priorities) - 1 : Math.max(0, ...priorities) + 1;
    const source = { id: this.nextId(), url, priority: priority ?? above };
    this.sources.push(source);
    return source.id;
  }

  /** Fetches its manifest. Whether MAAS compares its date with that of the stored one is not known: it does not here. */
  async updateSource(id: number, url: string): Promise<void> {
    const source = this.sourceOf(id);
    source.url = url;
    delete source.stored;
    if (this.without.has('M16')) {
      for (const selection of this.selections.filter((one) => one.source === source)) this.deleteResourcesOf(selection);
    }
    await this.fetchManifest(source);
  }

  select(source: number, os: string, release: string, arch: string): number {
    const selection = { id: this.nextId(), source: this.sourceOf(source), os, release, arch };
    this.selections.push(selection);
    return selection.id;
  }

  /** Deletes a selection and what was downloaded for it. */
  deselect(id: number): void {
    const selection = this.selections.find((one) => one.id === id);
    if (selection === undefined) throw new Error(`no selection ${id}`);
    for (const sync of this.running.filter((one) => one.selection === selection)) this.end(sync, true);
    this.selections = this.selections.filter((one) => one !== selection);
    this.deleteResourcesOf(selection);
    this.watch.forget(selection);
  }

  /** Manifest and sync at once; a sync that runs is ended first. */
  async importNow(): Promise<void> {
    for (const source of this.sources) await this.fetchManifest(source);
    await this.sync();
  }

  get isBusy(): boolean {
    return this.running.length > 0;
  }

  protected async pass(): Promise<void> {
    await this.download();
    if (this.minute % 60 === 0) await this.sync();
    if (this.minute % 10 === 0) for (const source of this.sources) await this.fetchManifest(source);
  }

  private async fetchManifest(source: Source): Promise<void> {
    await this.tried(async () => {
      const fetched = await this.read(source);
      const isLater = source.stored === undefined || dateOf(fetched) > dateOf(source.stored);
      if (isLater || this.without.has('M17')) source.stored = fetched;
    });
  }

  /** Syncs every selection whose source is the highest that has it. */
  private async sync(): Promise<void> {
    if (this.without.has('M15') && this.isBusy) return;
    for (const sync of this.running) this.end(sync, true);
    const isHighest = (one: Selection) =>
      !this.selections.some((other) => isSame(one, other) && other.source.priority > one.source.priority);
    for (const selection of this.selections.filter(isHighest)) await this.tried(() => this.begin(selection));
  }

  private async begin(selection: Selection): Promise<void> {
    const { source } = selection;
    const fetched = this.without.has('M1') || source.stored === undefined;
    const manifest = fetched ? await this.read(source) : (source.stored ?? []);
    source.stored ??= manifest;
    const products = manifest.flatMap((document) => document.products).filter((one) => this.isFor(selection, one));
    this.refuseUnknownTypes(products);
    this.makeRoom(selection, products);

    const wanted = products.flatMap((product) => this.library.note(product, selection.id));
    const begun = new Set(this.running.flatMap(({ jobs }) => jobs.map(({ sha256 }) => sha256)));
    const jobs = this.downloads.jobsFor(wanted.filter(this.isKnown), source.url);
    const sync = { selection, jobs: jobs.filter(({ sha256 }) => !begun.has(sha256)) };
    this.running.push(sync);
    for (const job of sync.jobs) await this.beginJob(sync, job);
    if (sync.jobs.length === 0) this.end(sync, false);
  }

  private isFor({ os, release, arch }: Selection, product: StreamProduct): boolean {
    if (!isTaken(product) && !this.without.has('M5')) return false;
    const oneFlavour = this.without.has('M6');
    if (product.firmware !== undefined) return !oneFlavour;
    return (
      product.name === `${os}/${release}` && product.arch === arch && !(oneFlavour && /^hwe-/.test(product.subarch))
    );
  }

  private refuseUnknownTypes(products: readonly StreamProduct[]): void {
    if (this.without.has('M24')) return;
    for (const product of products) {
      const files = product.versions.get(newestVersion(product, this.without)) ?? [];
      const unknown = files.find(({ ftype }) => !knownTypes.has(ftype));
      if (unknown !== undefined) throw new StreamFault(`${product.id}: ${unknown.ftype} is no type of file`);
    }
  }

  private readonly isKnown = ({ file }: Wanted) => knownTypes.has(file.ftype);

  private makeRoom(selection: Selection, products: readonly StreamProduct[]): void {
    if (!this.without.has('M14')) {
      const others = this.selections.filter((other) => other !== selection && isSame(selection, other));
      for (const other of others) this.deleteResourcesOf(other);
    }
    if (!this.without.has('M13')) return;
    const offered = new Set(products.map(({ name, arch, subarch }) => `${name} ${arch}/${subarch}`));
    for (const resource of this.resourcesOf(selection)) {
      if (!offered.has(`${resource.name} ${resource.architecture}`)) this.library.delete(resource);
    }
  }

  private async download(): Promise<void> {
    for (const job of this.downloads.minute(this.running.flatMap(({ jobs }) => jobs))) {
      const sync = this.running.find(({ jobs }) => jobs.includes(job));
      if (sync !== undefined) await this.beginJob(sync, job);
    }
    for (const sync of this.running.filter(({ jobs }) => jobs.every(({ done }) => done))) this.end(sync, false);
  }

  private async beginJob(sync: Sync, job: Job): Promise<void> {
    if (!this.running.includes(sync) || (await this.downloads.begin(job))) return;
    this.fault(`${job.source}/${job.path}: 404`);
    if (this.without.has('M18')) sync.jobs.splice(sync.jobs.indexOf(job), 1);
    else this.end(sync, true);
  }

  /** @param failed it was cancelled, or a file could not be had */
  private end(sync: Sync, failed: boolean): void {
    this.running = this.running.filter((one) => one !== sync);
    if (failed) this.library.deleteFiles(new Set(sync.jobs.flatMap(({ files }) => files)));
    if (this.without.has('M10')) return;
    const loaders = this.library.resources.filter(({ firmware }) => firmware !== undefined);
    this.library.cleanUp([...this.resourcesOf(sync.selection), ...(this.without.has('M11') ? loaders : [])]);
  }

  private deleteResourcesOf(selection: Selection): void {
    for (const resource of this.resourcesOf(selection)) this.library.delete(resource);
  }

  private resourcesOf({ id }: Selection): Resource[] {
    return this.library.resources.filter(({ selection }) => selection === id);
  }

  private read({ url }: Source): Promise<Manifest> {
    return this.reader.manifest(url, 'strict', this.without);
  }

  private sourceOf(id: number): Source {
    const source = this.sources.find((one) => one.id === id);
    if (source === undefined) throw new Error(`no source ${id}`);
    return source;
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }
}

const isSame = (one: Selection, other: Selection) =>
  one.os === other.os && one.release === other.release && one.arch === other.arch;

const dateOf = ([first]: Manifest) => first?.updated.getTime() ?? 0;

const knownTypes = new Set([
  ...['boot-kernel', 'boot-initrd', 'boot-dtb', 'squashfs', 'root-image.gz', 'archive.tar.xz', 'self-extracting'],
  ...['root-tgz', 'root-tbz', 'root-txz', 'root-dd', 'root-dd.tar', 'root-dd.raw', 'root-dd.bz2', 'root-dd.gz'],
  ...['root-dd.xz', 'root-dd.tar.bz2', 'root-dd.tar.xz'],
]);
