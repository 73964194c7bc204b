import { type Deployed, deploymentOf, type Impossible, type Machine, type Outage, Watch } from './deployments';
import { Downloads } from './downloads';
import { Library, type Resource } from './library';
import { StreamFault } from './reading/stream';
import type { StreamReader } from './reading/stream-reader';
import type { RuleId } from './rules';

export interface SiteOptions {
  readonly reader: StreamReader;
  /** Of its line to the mirror. @default everything that a sync begins is there one minute later */
  readonly bytesPerMinute?: number;
  /** Rules that it does not have, for tests of the rules. @default it has all of them */
  readonly without?: readonly RuleId[];
}

/** What MAAS could not do: read a source, or sync a selection. */
export interface Fault {
  readonly minute: number;
  readonly message: string;
}

/**
 * A MAAS, as far as images are concerned: a model of what it does with a mirror, minute by minute, and what both models can be
 * told and asked. It begins at a full hour, with nothing.
 *
 * Not modelled: several regions, a full disk, machines that are being deployed, uploaded images, images without a kernel.
 */
export abstract class Site {
  readonly faults: Fault[] = [];
  protected readonly without: ReadonlySet<RuleId>;
  protected readonly reader: StreamReader;
  protected readonly library: Library;
  protected readonly downloads: Downloads;
  protected readonly watch = new Watch();
  private minutes = 0;

  constructor({ reader, bytesPerMinute = Number.POSITIVE_INFINITY, without = [] }: SiteOptions, lacks: RuleId[]) {
    this.reader = reader;
    this.without = new Set([...lacks, ...without]);
    this.library = new Library(this.without);
    this.downloads = new Downloads(this.library, reader, bytesPerMinute, this.without);
  }

  /**
   * @param url without a slash at the end
   * @param priority of 3.7 and later: the higher one wins @default above all others
   * @returns its id
   */
  abstract addSource(url: string, priority?: number): number;

  /** Gives a source another address, as `boot-source update` does. */
  abstract updateSource(id: number, url: string): Promise<void>;

  /** @returns its id */
  abstract select(source: number, os: string, release: string, arch: string): number;

  abstract deselect(id: number): void;

  /** What `boot-resources import` does. */
  abstract importNow(): Promise<void>;

  /** Whether files are being fetched. */
  abstract get isBusy(): boolean;

  /** What happens in a minute. */
  protected abstract pass(): Promise<void>;

  /** Lets time pass. */
  async advance(minutes: number): Promise<void> {
    for (let passed = 0; passed < minutes; passed++) {
      this.minutes += 1;
      await this.pass();
      this.watch.look(this.minute, this.resources, this.without);
    }
  }

  /** Since it began. */
  get minute(): number {
    return this.minutes;
  }

  get resources(): readonly Resource[] {
    return this.library.resources;
  }

  deploy(machine: Machine): Deployed | Impossible {
    return deploymentOf(machine, this.resources, this.without);
  }

  /** Digests of the bootloaders that machines get, by firmware, architecture and file: `uefi/amd64/shim-signed.tar.xz`. */
  loaders(): ReadonlyMap<string, string> {
    return this.library.loaders;
  }

  /** Minutes in which a machine could not be deployed that could be before, while it was selected. */
  outages(): readonly Outage[] {
    return this.watch.outages;
  }

  protected fault(message: string): void {
    this.faults.push({ minute: this.minute, message });
  }

  /** Notes what cannot be read. @returns undefined then */
  protected async tried<Result>(what: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof StreamFault)) throw error;
      this.fault(error.message);
      return undefined;
    }
  }
}
