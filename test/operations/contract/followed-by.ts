import { expect } from 'vitest';
import { measureBytes } from '../../../lib/store/digest';
import { ga, hwe, loaderName } from '../../maas-model/made/made-images';
import { type Followed, follow, type Moment, type models, startsOf } from '../../maas-model/sites';
import { type Said, timelineText } from '../../maas-model/timeline';
import type { OperationBench } from './operation-bench';

/** Words of what sites have in the end: kernels of both flavours with the roots they may get, and the bootloader. */
interface Settled {
  /** The file that says what they have until then, below golden/. */
  readonly golden: string;
  /** `g1/r1 h1/r1` */
  readonly images: string;
  readonly loader?: string;
}

interface Steps {
  /** What the view offers at first. */
  readonly prepare: Step;
  /** What it offers then, when sites have it, have half of it, have not heard of it, or have nothing. */
  readonly publish: Step;
  readonly operate: Step;
}

/** Sites of `stable` follow an operation, and there is no minute in which they could not deploy a machine. */
export async function expectFollowed(
  bench: OperationBench,
  model: (typeof models)[number][1],
  { prepare, publish, operate }: Steps,
  settled: Settled,
): Promise<void> {
  await prepare(bench);
  const options = { reader: bench.reader, url: 'http://mirror/stable', selections: [ga], bytesPerMinute: 60 };
  const starts = await startsOf(model, { ...options, publish: () => publish(bench) });
  await operate(bench);
  const followed: Record<string, Followed> = {};
  for (const [start, site] of Object.entries(starts)) {
    const { at, outages } = await follow(site, [ga, hwe]);
    followed[start] = { at, outages };
    const images = at.settled.deployed.map(wordsOf).join(' ');
    expect({ images, outages }, start).toEqual({ images: settled.images, outages: [] });
    const loader = at.settled.loaders.get(loaderName);
    if (settled.loader !== undefined) expect(loader, start).toBe(digestOf('syslinux', settled.loader));
  }
  await expect(timelineText(followed, saidOf)).toMatchFileSnapshot(`golden/${settled.golden}`);
}

function saidOf({ deployed, loaders }: Moment): Said {
  const [one = '', other = ''] = deployed.map(wordsOf);
  return { 'ga-24.04': one, 'hwe-24.04': other, pxelinux: words.get(loaders.get(loaderName) ?? '') ?? 'none' };
}

type Step = (bench: OperationBench) => Promise<unknown>;
type Found = Awaited<ReturnType<typeof follow>>['at']['settled']['deployed'][number];

const known = ['g', 'h', 'r', 'l'].flatMap((letter) => [1, 2, 3].map((number) => `${letter}${number}`));
const words = new Map(
  known.flatMap((word) => ['boot-kernel', 'squashfs', 'syslinux'].map((key) => [digestOf(key, word), word] as const)),
);

function wordsOf(deployed: Found): string {
  if ('impossible' in deployed) return deployed.impossible;
  return `${words.get(deployed.kernel)}/${[...deployed.roots].map((root) => words.get(root)).join('+')}`;
}

function digestOf(key: string, word: string): string {
  return measureBytes(Buffer.from(`${key} of ${word}`.padEnd(100, '.'))).sha256;
}
