import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '../lib/job/job';
import { Order } from '../lib/job/order';
import { extract } from '../lib/stages/extract';
import { fetch } from '../lib/stages/fetch';
import { prepare } from '../lib/stages/prepare';
import { openWorkStore } from '../lib/store/open';

/** Our way, by the stages themselves: `ours.js fetch FOLDER` or `ours.js build FOLDER KERNEL…`, two flavours at once. */
async function main([what = '', folder = '', ...kernels]: readonly string[]): Promise<void> {
  const store = await openWorkStore(join(folder, 'store'));
  const tools = join(__dirname, '../assets/stage');
  const bench = async (kernel: string) => {
    await mkdir(folder, { recursive: true });
    const scratch = await mkdtemp(join(folder, 'scratch-'));
    const own = what === 'fetch' ? job.base : kernel === '' ? job.prepared : `${job.extracted}/${kernel}`;
    return { job: { ...job, kernel }, order, store, folder: own, scratch, tools };
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
  base: 'runs/bench/amd64/base',
  root: 'runs/bench/amd64/base',
  prepared: 'runs/bench/amd64/prepared',
  extracted: 'runs/bench/amd64/kernels',
};

const order = Order.parse({ release: job.release, architectures: [job.architecture] });

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
