import { expect } from 'vitest';
import { measureBytes } from '../../../lib/store/digest';
import { ga } from '../../maas-model/made/made-images';
import { follow, models, startsOf } from '../../maas-model/sites';
import type { OperationBench } from './operation-bench';

const hwe = { ...ga, kernel: 'hwe-24.04' };

/** Words of what sites have in the end: kernels of both flavours with the roots they may get, and the bootloader. */
export interface Settled {
  /** `g1/r1 h1/r1` */
  readonly images: string;
  readonly loader?: string;
}

/**
 * Both models of MAAS, that have what the view offered until now, have half of it, have not heard of it or have nothing, follow
 * an operation without a minute in which they could not deploy a machine.
 * @param steps what was published last, and the operation
 */
export async function expectFollowed(
  make: () => Promise<OperationBench>,
  steps: { readonly prepare: Step; readonly publish: Step; readonly operate: Step },
  settled: Settled,
): Promise<void> {
  for (const [name, model] of models) {
    const bench = await make();
    await steps.prepare(bench);
    const options = { reader: bench.reader, url: 'http://mirror/stable', selections: [ga], bytesPerMinute: 60 };
    const starts = await startsOf(model, { ...options, publish: () => steps.publish(bench) });
    await steps.operate(bench);
    for (const [start, site] of Object.entries(starts)) {
      const { at, outages } = await follow(site, [ga, hwe]);
      const images = at.settled.deployed.map(wordsOf).join(' ');
      const where = `${name}, ${start}`;
      expect({ where, images, outages }).toEqual({ where, images: settled.images, outages: [] });
      if (settled.loader === undefined) continue;
      const loader = at.settled.loaders.get('pxe/i386/syslinux.tar.xz');
      expect({ where, loader }).toEqual({ where, loader: digestOf('syslinux', settled.loader) });
    }
  }
}

type Step = (bench: OperationBench) => Promise<unknown>;
type Found = Awaited<ReturnType<typeof follow>>['at']['settled']['deployed'][number];

const known = ['g', 'h', 'r'].flatMap((letter) => [1, 2, 3].map((number) => `${letter}${number}`));
const words = new Map(
  known.flatMap((word) => ['boot-kernel', 'squashfs'].map((key) => [digestOf(key, word), word] as const)),
);

function wordsOf(deployed: Found): string {
  if ('impossible' in deployed) return deployed.impossible;
  return `${words.get(deployed.kernel)}/${[...deployed.roots].map((root) => words.get(root)).join('+')}`;
}

function digestOf(key: string, word: string): string {
  return measureBytes(Buffer.from(`${key} of ${word}`.padEnd(100, '.'))).sha256;
}
