import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { Promised } from '../../../lib/machine/download/download-part';
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
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, errors }));
  return {
    ended,
    said: (word) =>
      new Promise<void>((resolve, reject) => {
        const look = () => lines.some((line) => line.startsWith(word)) && resolve();
        output.on('line', look);
        look();
        void ended.then(() => reject(new Error(`it ended without "${word}": ${lines.join(', ')} ${errors}`)));
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
