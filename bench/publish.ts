import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { kmsSigner } from '../lib/cloud/keys/kms-signer';
import { bundlesVariable, workStoreVariable } from '../lib/job/environment';
import { mirrorStoreVariable } from '../lib/job/execution-names';
import { writeJson } from '../lib/simplestreams/json';
import { openMirrorDirectory, openWorkDirectory } from '../lib/store/open';
import { S3Store } from '../lib/store/s3/s3-store';
import type { Store } from '../lib/store/store';
import { type SmallKms, smallKms } from '../test/fixtures/aws/small-kms';
import { type SmallS3, startSmallS3 } from '../test/fixtures/aws/small-s3/server';
import { makeBuiltRun } from '../test/fixtures/mirrors/built-run';
import { writeMetadata } from '../test/fixtures/mirrors/small-mirror';
import { largeDocument } from './large-view';

/**
 * Publishes two flavours of one architecture into views of 500, 1000 and 2000 products with ten versions each, by the
 * Publish function as it is deployed, signing as with KMS; into a directory and into a bucket. Fails where the largest
 * takes more of a function, which knows buckets only, than 512 MiB or 30 seconds. Servers of S3 and KMS run here, out of what is measured.
 */
const sizes = [500, 1000, 2000];
const limits = { peak: 512, wall: 30 };
const view = 'candidate';
const made = new Date('2026-11-01T00:00:00Z');

interface Took {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** MiB. */
  readonly peak: number;
  readonly published: { readonly products: readonly string[] };
}

interface Place {
  readonly mirror: Store;
  readonly work: Store;
  /** What the function is told of it. */
  readonly environment: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bench-publish-'));
  try {
    await using kms = await smallKms(made);
    await using s3 = await startSmallS3();
    console.log('store      products  document MB    wall s     cpu s  peak MiB   (times the row above)');
    await row('directory', (name) => directoryPlace(join(scratch, name)), kms, scratch);
    await row('bucket', async () => bucketPlace(s3), kms, scratch);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function row(
  what: string,
  place: (name: string) => Promise<Place>,
  kms: SmallKms,
  scratch: string,
): Promise<void> {
  let before: Took | undefined;
  for (const count of sizes) {
    const { took, megabytes } = await publishInto(await place(`${what}-${count}`), count, kms, scratch);
    const times = before ? `   (${shown(took.wall / before.wall)}, ${shown(took.peak / before.peak)})` : '';
    const cells = [String(count).padStart(8), ...[megabytes, took.wall, took.cpu, took.peak].map(shown)];
    console.log(`${what.padEnd(9)}  ${cells.map((cell) => cell.padStart(8)).join('  ')}${times}`);
    before = took;
  }
  if (what === 'bucket' && before && (before.peak > limits.peak || before.wall > limits.wall)) {
    console.error(`${what}: more than ${limits.peak} MiB or ${limits.wall} s`);
    process.exitCode = 1;
  }
}

async function publishInto({ mirror, work, environment }: Place, count: number, kms: SmallKms, scratch: string) {
  const document = largeDocument(view, count);
  const signer = await kmsSigner(kms.arn, { client: kms.client });
  await writeMetadata(mirror, view, [document], signer, new Date('2026-11-10T04:11:09Z'));
  const kernels = [{ kernel: 'ga' }, { kernel: 'hwe' }];
  const event = await makeBuiltRun(work, { execution: `bench-${count}`, release: 'noble', kernels });
  const file = join(scratch, 'event.json');
  await writeFile(file, JSON.stringify(event));
  const { stdout } = await execa(process.execPath, [join(__dirname, 'publish-once.js'), file], {
    env: {
      ...environment,
      [bundlesVariable]: '',
      ...{ MIRROR_SIGNING_KEY: `kms:${kms.arn}`, AWS_ENDPOINT_URL_KMS: kms.url },
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'small', AWS_SECRET_ACCESS_KEY: 'small' },
    },
  });
  const took = JSON.parse(stdout) as Took;
  if (took.published.products.length !== kernels.length) throw new Error(`published ${stdout}`);
  return { took, megabytes: writeJson(document).length / 1e6 };
}

async function directoryPlace(folder: string): Promise<Place> {
  const [mirror, work] = [join(folder, 'mirror'), join(folder, 'work')];
  return {
    mirror: await openMirrorDirectory(mirror, { create: true }),
    work: await openWorkDirectory(work),
    environment: { [mirrorStoreVariable]: mirror, [workStoreVariable]: work },
  };
}

function bucketPlace(s3: SmallS3): Place {
  const [mirror, work] = [s3.newBucket(), s3.newBucket()].map((name) => `s3://${name}`) as [string, string];
  return {
    mirror: new S3Store(mirror, { client: s3.client }),
    work: new S3Store(work, { client: s3.client }),
    environment: { [mirrorStoreVariable]: mirror, [workStoreVariable]: work, AWS_ENDPOINT_URL_S3: s3.url },
  };
}

const shown = (value: number) => value.toFixed(1);

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
