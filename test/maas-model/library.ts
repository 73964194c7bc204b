import type { StreamFile, StreamProduct } from './reading/stream';
import type { RuleId } from './rules';

export interface ImageFile {
  readonly id: number;
  readonly filename: string;
  readonly ftype: string;
  readonly sha256: string;
  readonly size: number;
  /** Whether all of it was fetched. */
  synced: boolean;
}

export interface ImageSet {
  readonly id: number;
  readonly version: string;
  label: string;
  readonly files: ImageFile[];
}

export interface Resource {
  readonly id: number;
  /** `ubuntu/noble`; of a bootloader `grub-efi-signed/uefi` */
  readonly name: string;
  /** `amd64/ga-24.04` */
  readonly architecture: string;
  readonly firmware?: string;
  subarches: readonly string[];
  /** The selection that it was downloaded for; of bootloaders undefined. */
  readonly selection?: number;
  readonly sets: ImageSet[];
}

/** A file of a set that has to be fetched, or unpacked. */
export interface Wanted {
  readonly file: ImageFile;
  readonly path: string;
  /** Folder to unpack it into: `uefi/amd64`. */
  readonly unpackInto?: string;
}

/** Whether all files that it has were fetched. MAAS does not count those that it should have. */
export function isComplete({ files }: ImageSet): boolean {
  return files.length > 0 && files.every(({ synced }) => synced);
}

/** What MAAS boots and deploys from. */
export function newestCompleteSet({ sets }: Resource): ImageSet | undefined {
  return newestFirst(sets).find(isComplete);
}

export function newestFirst(sets: readonly ImageSet[]): ImageSet[] {
  return [...sets].sort((one, other) => other.id - one.id);
}

/** The version of a product that MAAS takes. */
export function newestVersion({ versions }: StreamProduct, without: ReadonlySet<RuleId>): string {
  const names = [...versions.keys()];
  const isAbove = without.has('M4') ? byNumbers : sortsAbove;
  return names.reduce((newest, name) => (isAbove(name, newest) ? name : newest), names[0] ?? '');
}

/** Python’s order of strings: by code points, as UTF-8 sorts. */
const sortsAbove = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;

const byNumbers = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true }) > 0;

/** The images of a MAAS: its database, its disk, and the bootloaders that are unpacked. */
export class Library {
  resources: Resource[] = [];
  /** Digests of what was fetched and is in use. */
  readonly disk = new Set<string>();
  /** Digests of bootloaders: `uefi/amd64/shim-signed.tar.xz`. */
  readonly loaders = new Map<string, string>();
  private lastId = 0;

  constructor(private readonly without: ReadonlySet<RuleId>) {}

  /**
   * Notes the newest version of a product.
   * @param selection that it is for
   * @returns the files of it that are missing
   */
  note(product: StreamProduct, selection: number | undefined): Wanted[] {
    const resource = this.resourceOf(product, selection);
    const version = newestVersion(product, this.without);
    const set = this.setOf(resource, version, product.label);
    return (product.versions.get(version) ?? []).flatMap((file) => this.wantedOf(file, resource, set));
  }

  delete(resource: Resource): void {
    this.resources = this.resources.filter((one) => one !== resource);
    this.forgetUnused();
  }

  /** Deletes old and incomplete sets, and resources that have none then. */
  cleanUp(resources: readonly Resource[]): void {
    for (const { sets } of resources) {
      const [kept] = newestFirst(sets).filter(isComplete);
      sets.splice(0, sets.length, ...(kept === undefined ? [] : [kept]));
    }
    this.resources = this.resources.filter((resource) => !resources.includes(resource) || resource.sets.length > 0);
    this.forgetUnused();
  }

  /** Deletes files from the sets that they are in. */
  deleteFiles(files: ReadonlySet<ImageFile>): void {
    for (const set of this.resources.flatMap(({ sets }) => sets)) {
      for (const file of files) if (set.files.includes(file)) set.files.splice(set.files.indexOf(file), 1);
    }
    this.forgetUnused();
  }

  private resourceOf(product: StreamProduct, selection: number | undefined): Resource {
    const { name, arch, subarch, subarches, firmware } = product;
    const architecture = `${arch}/${subarch}`;
    const known = this.resources.find((one) => one.name === name && one.architecture === architecture);
    if (known !== undefined) {
      if (this.without.has('M21')) known.subarches = subarches;
      return known;
    }
    const made = {
      ...{ id: this.nextId(), name, architecture, subarches, sets: [] },
      ...(firmware === undefined ? selection !== undefined && { selection } : { firmware }),
    };
    this.resources.push(made);
    return made;
  }

  private setOf({ sets }: Resource, version: string, label: string): ImageSet {
    const known = sets.find((set) => set.version === version && (this.without.has('M20') || set.label === label));
    if (known !== undefined && !this.without.has('M7')) {
      known.label = label;
      return known;
    }
    const made = { id: this.nextId(), version, label, files: [] };
    sets.push(made);
    return made;
  }

  private wantedOf(wanted: StreamFile, { firmware, architecture }: Resource, { files }: ImageSet): Wanted[] {
    const file = this.fileOf(wanted, files);
    const unpacks = firmware !== undefined && file.ftype === 'archive.tar.xz';
    if (file.synced && this.disk.has(file.sha256) && !(unpacks && this.without.has('M25'))) return [];
    const unpackInto = `${firmware}/${architecture.split('/')[0]}`;
    return [{ file, path: wanted.path, ...(unpacks && { unpackInto }) }];
  }

  private fileOf({ ftype, path, sha256, size }: StreamFile, files: ImageFile[]): ImageFile {
    const filename = path.slice(path.lastIndexOf('/') + 1);
    const known = files.find((file) => file.filename === filename);
    if (known !== undefined && (known.sha256 === sha256 || this.without.has('M8'))) return known;
    if (known !== undefined) files.splice(files.indexOf(known), 1);
    const made = { id: this.nextId(), filename, ftype, sha256, size, synced: false };
    files.push(made);
    this.forgetUnused();
    return made;
  }

  /** The bytes of a file are deleted with the last row that has their digest. */
  private forgetUnused(): void {
    const files = this.resources.flatMap(({ sets }) => sets).flatMap((set) => set.files);
    const used = new Set(files.map(({ sha256 }) => sha256));
    for (const sha256 of this.disk) if (!used.has(sha256)) this.disk.delete(sha256);
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }
}
