import type { Machine } from './deployments';
import type { Job } from './downloads';
import type { Resource } from './library';
import { isTaken, type Manifest, type StreamProduct } from './reading/stream';
import { olderRules, type RuleId, rules } from './rules';
import { Site, type SiteOptions } from './site';

interface Import {
  readonly jobs: Job[];
  readonly since: number;
}

/** A MAAS of 3.6 or earlier, which reads streams with python-simplestreams. It has one source. */
export class OlderMaas extends Site {
  private source = '';
  private selections: (Omit<Machine, 'kernel'> & { readonly id: number })[] = [];
  private running: Import | undefined;
  private before: Manifest = [];

  constructor(options: SiteOptions) {
    super(options, newerRules);
  }

  addSource(url: string): number {
    this.source = url;
    return 1;
  }

  async updateSource(_id: number, url: string): Promise<void> {
    this.source = url;
    if (this.without.has('M16')) for (const resource of this.library.resources) this.library.delete(resource);
  }

  select(_source: number, os: string, release: string, arch: string): number {
    const id = Math.max(0, ...this.selections.map((one) => one.id)) + 1;
    this.selections.push({ id, os, release, arch });
    return id;
  }

  /** The next import deletes what was downloaded for it, unless that is all. */
  deselect(id: number): void {
    for (const selection of this.selections.filter((one) => one.id === id)) this.watch.forget(selection);
    this.selections = this.selections.filter((one) => one.id !== id);
  }

  async importNow(): Promise<void> {
    if (this.running !== undefined && !this.without.has('O6')) return;
    const read = await this.tried(() => this.reader.manifest(this.source, 'inherited', this.without));
    const manifest = this.without.has('O1') ? this.before : read;
    this.before = read ?? this.before;
    if (manifest === undefined) return;

    const earlier = [...this.library.resources];
    const products = manifest.flatMap((document) => document.products).filter((one) => this.isFor(one));
    const wanted = products.flatMap((product) => this.library.note(product, undefined));
    const offered = new Set(products.map(({ name, arch, subarch }) => `${name} ${arch}/${subarch}`));
    const vanished = earlier.filter(({ name, architecture }) => !offered.has(`${name} ${architecture}`));
    const wouldDeleteAll = earlier.length > 0 && vanished.length === earlier.length && wanted.length === 0;
    if (wouldDeleteAll && !this.without.has('O3')) {
      this.fault('finalization skipped: all images would be deleted');
      return;
    }

    for (const resource of vanished.filter((one) => !this.stays(one, vanished))) this.library.delete(resource);
    this.running = { jobs: this.downloads.jobsFor(wanted, this.source), since: this.minute };
    for (const job of this.running.jobs) await this.downloads.begin(job);
    if (this.running.jobs.length === 0) this.end();
  }

  get isBusy(): boolean {
    return this.running !== undefined;
  }

  protected async pass(): Promise<void> {
    await this.download();
    if (this.minute % 60 === 0) await this.importNow();
  }

  private isFor(product: StreamProduct): boolean {
    if (!isTaken(product) && !this.without.has('M5')) return false;
    const { firmware, name, arch } = product;
    return firmware !== undefined || this.isSelected(name, arch);
  }

  private isSelected(name: string, arch: string | undefined): boolean {
    return this.selections.some((one) => `${one.os}/${one.release}` === name && one.arch === arch);
  }

  /** Whether MAAS keeps what vanished from the stream. */
  private stays({ name, architecture }: Resource, vanished: readonly Resource[]): boolean {
    const [arch] = architecture.split('/');
    const isSister = (one: Resource) => one.name === name && one.architecture.startsWith(`${arch}/`);
    const others = this.library.resources.filter((one) => !vanished.includes(one));
    return !this.without.has('O2') && this.isSelected(name, arch) && !others.some(isSister);
  }

  private async download(): Promise<void> {
    if (this.running === undefined) return;
    const { jobs, since } = this.running;
    const began = jobs.filter(({ bytes, received, size }) => bytes !== undefined || received >= size);
    const wrong = this.downloads.minute(began);
    for (const job of [...wrong, ...jobs.filter((one) => !began.includes(one))]) await this.again(job);
    if (jobs.every(({ done }) => done)) this.end();
    else if (this.minute - since >= twoHours) this.running = undefined; // nothing is deleted
  }

  private async again(job: Job): Promise<void> {
    if ((await this.downloads.begin(job)) || !this.without.has('O8')) return;
    this.end();
  }

  private end(): void {
    this.running = undefined;
    const cleaned = this.library.resources.filter(
      ({ firmware }) => !(this.without.has('O5') && firmware !== undefined),
    );
    if (!this.without.has('M10')) this.library.cleanUp(cleaned);
  }
}

const twoHours = 120;

const newerRules = (Object.keys(rules) as RuleId[]).filter(
  (id) => id.startsWith('M') && !olderRules.some((one) => one === id),
);
