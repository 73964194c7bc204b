import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildRequest } from '../lib/job/build-request';
import type { Job } from '../lib/job/job';
import { foldersOf } from '../lib/job/layout';
import { extract } from '../lib/stages/extract';
import { fetch } from '../lib/stages/fetch';
import { prepare } from '../lib/stages/prepare';
import { openWorkStore } from '../lib/store/open';

/** Our way, by the stages themselves: `ours.js fetch FOLDER` or `ours.js build FOLDER KERNEL…`, two flavours at once. */
async function main([what = '', place = '', ...kernels]: readonly string[]): Promise<void> {
  const store = await openWorkStore(join(place, 'store'));
  const tools = join(__dirname, '../assets/stage');
  const bench = async (kernel: string) => {
    await mkdir(place, { recursive: true });
    const scratch = await mkdtemp(join(place, 'scratch-'));
    const own = { ...job, kernel };
    const { base, prepared, extracted } = foldersOf(own);
    const folder = what === 'fetch' ? base : kernel === '' ? prepared : extracted;
    return { job: own, request, store, folder, scratch, tools };
  };
  if (what === 'fetch') {
    const one = await bench('');
    await fetch(one);
    await rm(one.scratch, { recursive: true });
    return;
  }
  await prepare(await bench(''));
  const waiting = [...kernels];
  const work = async () => {
    for (let kernel = waiting.shift(); kernel !== undefined; kernel = waiting.shift())
      await extract(await bench(kernel));
  };
  await Promise.all([work(), work()]);
}

const job: Job = {
  execution: 'bench',
  folder: 'bench-0123456789abcdef',
  release: 'bookworm',
  architecture: 'amd64',
  view: 'bench',
  kernel: '',
  customised: false,
  bootTest: false,
  inputs: '',
  recipe: '',
  bundles: '',
  rebuild: false,
  base: 'bench:1',
  root: 'bench:1',
  prepared: 'bench:1',
  extracted: 'bench:1',
};

const request = BuildRequest.parse({ release: job.release, architectures: [job.architecture] });

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
