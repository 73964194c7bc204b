import type { ImageFile, Library, Wanted } from './library';
import { type StreamReader, sha256Of } from './reading/stream-reader';
import type { RuleId } from './rules';

/** One download, for all files of a selection that have this digest. */
export interface Job {
  readonly sha256: string;
  readonly size: number;
  readonly source: string;
  readonly path: string;
  readonly files: ImageFile[];
  /** Names below the folder of bootloaders: `uefi/amd64/shim-signed.tar.xz`. */
  readonly unpacked: string[];
  /** Bytes so far. */
  received: number;
  /** What the server sends; undefined where the bytes are on the disk, or nothing was sent yet. */
  bytes?: Buffer | undefined;
  done: boolean;
}

/** The downloads of files that a library lacks, over a line that all share. */
export class Downloads {
  constructor(
    private readonly library: Library,
    private readonly reader: StreamReader,
    private readonly bytesPerMinute: number,
    private readonly without: ReadonlySet<RuleId>,
  ) {}

  /** Downloads to begin. */
  jobsFor(wanted: readonly Wanted[], source: string): Job[] {
    const jobs: Job[] = [];
    for (const { file, path, unpackInto } of wanted) {
      const { sha256, size, filename } = file;
      const known = this.without.has('M9') ? undefined : jobs.find((one) => one.sha256 === sha256);
      const job = known ?? { sha256, size, source, path, files: [], unpacked: [], received: 0, done: false };
      job.files.push(file);
      if (unpackInto !== undefined) job.unpacked.push(`${unpackInto}/${filename}`);
      if (known === undefined) jobs.push(job);
    }
    return jobs;
  }

  /** Asks the server for the file, unless its bytes are on the disk. @returns false if the server has none */
  async begin(job: Job): Promise<boolean> {
    if (this.library.disk.has(job.sha256) && !this.without.has('M22')) {
      job.received = job.size;
      return true;
    }
    job.received = 0;
    job.bytes = await this.reader.file(job.source, job.path);
    return job.bytes !== undefined;
  }

  /**
   * A minute of the line: all unfinished downloads get equal parts of it. Those that end are taken into the library.
   * @returns those whose bytes are wrong, to be begun again
   */
  minute(jobs: readonly Job[]): Job[] {
    const open = jobs.filter(({ done }) => !done);
    this.share(this.without.has('M9') ? open.slice(0, 1) : open);
    const ended = open.filter(({ received, size }) => received >= size);
    const wrong = ended.filter((job) => !this.hasPromisedBytes(job));
    for (const job of ended.filter((one) => !wrong.includes(one))) this.take(job);
    return wrong;
  }

  private share(jobs: readonly Job[]): void {
    let left = this.bytesPerMinute;
    const byRest = [...jobs].sort((one, other) => one.size - one.received - (other.size - other.received));
    byRest.forEach((job, at) => {
      const part = Math.min(job.size - job.received, left / (byRest.length - at));
      job.received += part;
      left -= part;
    });
  }

  private hasPromisedBytes({ bytes, size, sha256 }: Job): boolean {
    if (bytes === undefined || this.without.has('M23')) return true;
    return bytes.length === size && sha256Of(bytes) === sha256;
  }

  private take(job: Job): void {
    job.done = true;
    for (const file of job.files) file.synced = true;
    this.library.disk.add(job.sha256);
    for (const name of job.unpacked) this.library.loaders.set(name, job.sha256);
  }
}
