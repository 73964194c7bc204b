import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { bundlesVariable, workStoreVariable } from '../lib/job/environment';
import { mirrorStoreVariable } from '../lib/job/execution-names';
import { mirror as layout } from '../lib/job/layout';
import { operate } from '../lib/operations/operate';
import { changeView } from '../lib/publication/change-view';
import { makePrivateKey, openpgpSigner } from '../lib/simplestreams/openpgp/openpgp-signer';
import { objectsOf } from '../lib/simplestreams/promised';
import type { Products } from '../lib/simplestreams/types';
import { formatBytes, formatKey } from '../lib/store/format';
import { openMirrorDirectory, openWorkDirectory } from '../lib/store/open';
import { S3Store } from '../lib/store/s3/s3-store';
import type { Store } from '../lib/store/store';
import { type SmallS3, startSmallS3 } from '../test/fixtures/aws/small-s3/server';
import { makeBuiltRun } from '../test/fixtures/mirrors/built-run';
import { writeMetadata } from '../test/fixtures/mirrors/small-mirror';
import { largeDocument } from './large-view';

/**
 * Carries out every operation on mirrors of two views, of 1000 and of 2000 products with ten versions each, and on mirrors
 * with 20 and with 40 site views, in a directory and in a bucket, by the command line as it is installed, and Publish as it is
 * deployed. Every operation is about all products, and goes on with what those before it left. Fails where one takes too much.
 *
 * Standard output has the tables for README.md; what is measured is told on standard error meanwhile.
 *
 * `operate.js [directory|bucket] [products|sites] [COUNT…]` measures only these; counts are instead of those above.
 */
const chosen = process.argv.slice(2);
const chosenCounts = chosen.map(Number).filter(Number.isInteger);
/** Seconds of CPU, MiB, and how many times the seconds of half as many. */
const limits = { cpu: 10, peak: 768, factor: 2.3 };
const made = new Date('2026-11-01T00:00:00Z');
const published = new Date('2026-11-10T04:11:09Z');

const operations: Readonly<Record<string, readonly string[]>> = {
  'repair --upgrade': ['repair', '--upgrade', '--yes'],
  publish: [],
  promote: ['promote', 'candidate', 'stable'],
  attest: ['attest', 'candidate', 'noble', '20261110', '--check', 'hw-lab', '--pass', '--arch', 'arm64'],
  'withdraw --all-views': ['withdraw', 'candidate', 'noble', '20261109', '--all-views'],
  'restore --all-views': ['restore', 'candidate', 'noble', '20261109', '--all-views'],
  hold: ['hold', 'stable', 'noble'],
  unhold: ['unhold', 'stable', 'noble'],
  'rollback --all-views': ['rollback', 'candidate', 'noble', '--all-views', '--arch', 'arm64'],
  snapshot: ['snapshot', 'stable', 'before'],
  'view create': ['view', 'create', 'site', '--from', 'stable'],
  'view set': ['view', 'set', 'site', '--from', 'candidate'],
  'remove, with a view that follows': ['remove', 'candidate', 'noble', '20261101', '--yes'],
  repair: ['repair'],
  'list --all': ['list', '--all'],
  history: ['history', 'candidate'],
};

/** Of each view: forty site views have 2000. */
const productsOfSites = 50;
const siteOperations: Readonly<Record<string, readonly string[]>> = {
  publish: [],
  promote: ['promote', 'candidate', 'stable'],
  'withdraw --all-views': ['withdraw', 'candidate', 'noble', '20261109', '--all-views'],
  'restore --all-views': ['restore', 'candidate', 'noble', '20261109', '--all-views'],
  rollback: ['rollback', 'candidate', 'noble', '--arch', 'arm64'],
  'restore it': ['restore', 'candidate', 'noble', 'newest', '--arch', 'arm64'],
  'rollback --all-views': ['rollback', 'candidate', 'noble', '--all-views', '--arch', 'arm64'],
  'view create': ['view', 'create', 'site', '--from', 'stable'],
  'view set': ['view', 'set', 'site', '--from', 'candidate'],
  'view delete': ['view', 'delete', 'site', '--yes'],
  'list --all': ['list', '--all'],
  'view list': ['view', 'list'],
};

/** What is measured, for so many and for twice as many. */
interface Row {
  readonly counts: readonly number[];
  readonly fill: (place: Place, count: number, key: string) => Promise<void>;
  readonly operations: Readonly<Record<string, readonly string[]>>;
}

const rows: Readonly<Record<string, Row>> = {
  products: { counts: [1000, 2000], fill: fillMirror, operations },
  sites: { counts: [20, 40], fill: fillSites, operations: siteOperations },
};

interface Took {
  /** Seconds. */
  readonly cpu: number;
  /** MiB. */
  readonly peak: number;
}

interface Place {
  readonly address: string;
  readonly mirror: Store;
  /** Makes files of these sizes, by key; nothing of their content is read. */
  readonly fill: (objects: ReadonlyMap<string, number>) => Promise<void>;
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-operate-'));
  try {
    await using s3 = await startSmallS3();
    const key = join(scratch, 'key.asc');
    await writeFile(key, await makePrivateKey({ at: made }), { mode: 0o600 });
    const places: Readonly<Record<string, (name: string) => Promise<Place>>> = {
      directory: (name) => directoryPlace(join(scratch, name)),
      bucket: () => bucketPlace(s3),
    };
    for (const [where, place] of isChosen(places)) {
      for (const [what] of isChosen(rows)) await measure(`${where}, ${what}`, what, place, { key, scratch });
    }
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** All, unless some of them were named. */
function isChosen<Value>(all: Readonly<Record<string, Value>>): [string, Value][] {
  const named = Object.entries(all).filter(([name]) => chosen.includes(name));
  return named.length > 0 ? named : Object.entries(all);
}

async function measure(
  title: string,
  what: string,
  place: (name: string) => Promise<Place>,
  { key, scratch }: { readonly key: string; readonly scratch: string },
): Promise<void> {
  const row = rows[what];
  const counts = chosenCounts.length > 0 ? chosenCounts : (row?.counts ?? []);
  const measured: Measured[] = [];
  for (const count of counts) {
    const work = join(scratch, `work ${title} ${count}`);
    console.error(`${title}: ${count}`);
    const made = await place(`${what}-${count}`);
    await row?.fill(made, count, key);
    measured.push(await operateAll(made, row?.operations ?? {}, { key, work }));
  }
  console.log(tableOf(title, counts, measured));
}

/** What operations took, by their names. */
type Measured = Readonly<Record<string, Took>>;

async function operateAll(
  place: Place,
  operations: Row['operations'],
  { key, work }: { readonly key: string; readonly work: string },
): Promise<Measured> {
  const all: Record<string, Took> = {};
  for (const [name, words] of Object.entries(operations)) {
    const took = name === 'publish' ? await publishes(place, key, work) : await operated(place, key, words);
    console.error(`  ${name}: ${took.cpu.toFixed(1)} s of CPU, ${took.peak.toFixed(0)} MiB`);
    all[name] = took;
  }
  return all;
}

/** In Markdown: what is over a limit is bold, and lets the benchmark fail. */
function tableOf(title: string, counts: readonly number[], measured: readonly Measured[]): string {
  const last = counts.at(-1) ?? 0;
  const cpus = counts.map((count) => `CPU, ${count.toLocaleString('en')}`);
  const head = ['operation', ...cpus, ...counts.slice(1).map(() => 'times'), `peak, ${last.toLocaleString('en')}`];
  const lines = Object.keys(measured[0] ?? {}).map((name) => {
    const took = measured.map((one) => one[name] ?? { cpu: Number.NaN, peak: Number.NaN });
    const times = took.slice(1).map(({ cpu }, at) => cpu / (took[at]?.cpu ?? Number.NaN));
    return [
      name,
      ...took.map(({ cpu }) => cell(cpu, limits.cpu, `${cpu.toFixed(1)} s`)),
      ...times.map((factor) => cell(factor, limits.factor, factor.toFixed(1))),
      cell(Math.max(...took.map(({ peak }) => peak)), limits.peak, `${took.at(-1)?.peak.toFixed(0)} MiB`),
    ];
  });
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${title}:\n\n${table.join('\n').replaceAll('| --- ', '|---').replaceAll('--- |', '---|')}`;
}

function cell(value: number, limit: number, text: string): string {
  if (value <= limit) return text;
  process.exitCode = 1;
  return `**${text}**`;
}

async function fillMirror({ mirror, fill }: Place, count: number, key: string): Promise<void> {
  const signer = await openpgpSigner(await readFile(key, 'utf8'));
  const candidate = largeDocument('candidate', count);
  await fill(sizesOf(candidate));
  await writeMetadata(mirror, 'candidate', [candidate], signer, published);
  await writeMetadata(mirror, 'stable', [withoutNewest(largeDocument('stable', count))], signer, published);
  await mirror.replace(layout.keyring, signer.keyring, {});
  await mirror.replace(layout.armouredKeyring, Buffer.from(signer.armouredKeyring), {});
  // A view that an operator created: others are built, and not promoted to.
  const note = { what: 'view' } as const;
  await changeView('stable', ({ state }) => ({ state: { ...state, kind: 'promoted' }, note }), {
    ...{ mirror, signer, now: () => published },
  });
}

/** As many site views, half of which follow each of the two views. */
async function fillSites(place: Place, count: number, key: string): Promise<void> {
  await fillMirror(place, productsOfSites, key);
  const signer = await openpgpSigner(await readFile(key, 'utf8'));
  const bench = { mirror: place.mirror, signer, now: () => published, log: () => {} };
  for (let site = 0; site < count; site++) {
    const select = [{ from: site % 2 === 0 ? 'stable' : 'candidate' }];
    const operation = { does: 'view-create', name: `site-${site}`, select } as const;
    await operate({ operation, by: 'bench', dryRun: false, tool: '0', needs: [] }, bench);
  }
}

function sizesOf({ products }: Products): Map<string, number> {
  const versions = Object.values(products).flatMap((product) => Object.values(product.versions));
  return new Map(versions.flatMap(objectsOf).map(({ path, size }) => [layout.pool(path), size]));
}

/** So that every product can be promoted. */
function withoutNewest(document: Products): Products {
  const products = Object.entries(document.products).map(([id, product]) => {
    const versions = Object.entries(product.versions).slice(0, -1);
    return [id, { ...product, versions: Object.fromEntries(versions) }] as const;
  });
  return { ...document, products: Object.fromEntries(products) };
}

async function operated({ address, environment }: Place, key: string, words: readonly string[]): Promise<Took> {
  const isReading = words.some((word) => ['list', 'history'].includes(word));
  const options = ['--mirror', address, ...(isReading ? [] : ['--key', key])];
  const { stderr } = await execa(process.execPath, [join(__dirname, 'operate-once.js'), ...words, ...options], {
    env: environment ?? {},
  });
  return JSON.parse(stderr.split('\n').at(-1) ?? '') as Took;
}

/** Publishes two flavours of another architecture. */
async function publishes({ address, environment }: Place, key: string, work: string): Promise<Took> {
  const kernels = [{ kernel: 'ga' }, { kernel: 'hwe' }];
  const event = await makeBuiltRun(await openWorkDirectory(work), { execution: 'bench', release: 'noble', kernels });
  const file = `${work}.json`;
  await writeFile(file, JSON.stringify(event));
  const { stdout } = await execa(process.execPath, [join(__dirname, 'publish-once.js'), file], {
    env: {
      ...{ ...environment, [mirrorStoreVariable]: address, [workStoreVariable]: work },
      ...{ [bundlesVariable]: '', MIRROR_SIGNING_KEY: key },
    },
  });
  return JSON.parse(stdout) as Took;
}

/** Its files are sparse. */
async function directoryPlace(folder: string): Promise<Place> {
  const mirror = await openMirrorDirectory(folder, { create: true });
  const fill = async (objects: ReadonlyMap<string, number>) => {
    for (const [key, size] of objects) {
      const path = join(folder, key);
      await mkdir(dirname(path), { recursive: true });
      await using file = await open(path, 'wx');
      await file.truncate(size);
    }
  };
  return { address: folder, mirror, fill };
}

/** Its objects share their bytes. */
async function bucketPlace(s3: SmallS3): Promise<Place> {
  const name = s3.newBucket();
  const mirror = new S3Store(`s3://${name}`, { client: s3.client });
  await mirror.create(formatKey, formatBytes);
  const fill = async (objects: ReadonlyMap<string, number>) => {
    const bytes = Buffer.alloc(Math.max(...new Set(objects.values())));
    const said = { sha256: '', headers: {}, written: new Date() };
    for (const [key, size] of objects) {
      s3.buckets.get(name)?.set(key, { bytes: bytes.subarray(0, size), etag: `"${size}"`, ...said });
    }
  };
  const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'small', AWS_SECRET_ACCESS_KEY: 'small' };
  return { address: `s3://${name}`, mirror, fill, environment: { AWS_ENDPOINT_URL_S3: s3.url, ...credentials } };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
