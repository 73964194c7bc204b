import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Promised } from '../../../lib/machine/download/download-part';
import { childSaying } from '../../fixtures/programs/child-saying';
import { temporaryFolder } from '../../fixtures/temporary-folder';

export interface DownloaderProcess {
  /** Fulfilled when it has so many bytes or says so: `done`. */
  said(word: string): Promise<void>;
  /** Ends it as the kernel does when memory is short. */
  kill(): Promise<void>;
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

/** Starts downloader.ts, which is gone when the test is over. */
export function startDownloader(
  url: string,
  file: string,
  { sha256, size }: Promised,
  cache: string,
): DownloaderProcess {
  const outfile = join(temporaryFolder(), 'downloader.js');
  const entryPoints = [join(__dirname, 'downloader.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node22', logLevel: 'silent' });
  const child = spawn(process.execPath, [outfile, url, file, sha256, String(size), cache]);
  const { said, ended } = childSaying(child);
  return {
    ended,
    said: (word) => said(word, (line) => line.startsWith(word)),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
