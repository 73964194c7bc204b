import { beforeAll, describe, expect, it } from 'vitest';
import type { MirrorError } from '../../lib/errors';
import { mirror as layout } from '../../lib/job/layout';
import { heldReleases } from '../../lib/operations/held-releases';
import { changeView } from '../../lib/publication/change-view';
import { readView } from '../../lib/publication/read-view';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { S3Store } from '../../lib/store/s3/s3-store';
import { environment, fakeAws } from '../fixtures/aws/fake-aws';
import { outputs } from '../fixtures/aws/small-deployment';
import { startSmallS3 } from '../fixtures/aws/small-s3/server';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { serve } from '../fixtures/servers/served-folder';
import { folderInMemory } from '../fixtures/temporary-folder';
import { madeVersion, publishing } from '../publication/made/small-view';
import '../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const never = (view: string) => expect.unreachable(view);

const stack = (mirrorUrl: string) => ({
  ...{ mirrorUrl, keyringUrl: `${mirrorUrl}keyring.gpg`, mirrorBucketName: 'mirror', workBucketName: 'work' },
  ...{ stateMachineArn: outputs.StateMachineArn, probeProjectName: 'prepare' },
});

/** No bucket can be read. */
const withoutS3 = () => fakeAws({});

describe('what a deployed mirror holds', () => {
  it('is read over its site where the bucket may not be read: a line for each view and release', async () => {
    await withoutS3();
    const folder = folderInMemory();
    const versions = ['20261119', '20261120', '20261121'];
    await makeSmallMirror(folder, { signer, view: 'next', kernels: ['generic', 'cloud'], versions });
    const mirror = await makeSmallMirror(folder, { signer, kernels: ['cloud'] });
    for (const content of ['loaders', 'images'] as const) {
      const change = publishing(content, await madeVersion(mirror, content, 'first'));
      await changeView('candidate', change, { mirror, signer, now: () => new Date('2026-11-22T00:00:00Z') });
    }
    await using site = await serve(folder);

    const held = await heldReleases(stack(site.address), ['next', 'candidate'], never);

    expect(held).toEqual([
      {
        ...{ view: 'candidate', release: 'bookworm', architectures: ['amd64'], kernels: ['cloud'] },
        ...{ newest: '20261120', versions: 1 },
      },
      {
        ...{ view: 'candidate', release: 'bootloaders', architectures: ['i386'], kernels: [] },
        ...{ newest: '20261120.000000', versions: 1 },
      },
      {
        ...{ view: 'candidate', release: 'noble', architectures: ['amd64'], kernels: ['ga'] },
        ...{ newest: '20261120.000000', versions: 1 },
      },
      {
        ...{ view: 'next', release: 'bookworm', architectures: ['amd64'], kernels: ['cloud', 'generic'] },
        ...{ newest: '20261121', versions: 3 },
      },
    ]);
  });

  it('is read from the bucket by those who may, whatever its site says', async () => {
    await using s3 = await startSmallS3();
    environment({ AWS_ENDPOINT_URL: s3.url, AWS_REGION: 'us-east-1' });
    environment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
    const mirror = new S3Store('s3://mirror', { client: s3.client });
    const change = publishing('images', await madeVersion(mirror, 'images', 'first'));
    await changeView('candidate', change, { mirror, signer, now: () => new Date('2026-11-22T00:00:00Z') });

    expect(await heldReleases(stack('http://127.0.0.1:1/'), [], never)).toMatchObject([
      { view: 'candidate', release: 'noble', newest: '20261120.000000' },
    ]);
  });

  it.each([
    'over its site',
    'in its bucket',
  ])('is that of the other views, %s, if one cannot be read', async (where) => {
    await using s3 = await startSmallS3();
    const folder = folderInMemory();
    await makeSmallMirror(folder, { signer, view: 'next', kernels: ['cloud'] });
    const mirror = await makeSmallMirror(folder, { signer, kernels: ['cloud'] });
    const { documents } = await readView('next', { mirror, signer });
    const [{ path = '' } = {}] = documents.values();
    await mirror.remove(layout.document('next', path));
    if (where === 'in its bucket') {
      environment({ AWS_ENDPOINT_URL: s3.url, AWS_REGION: 'us-east-1' });
      environment({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
      const bucket = new S3Store('s3://mirror', { client: s3.client });
      for await (const key of mirror.list('')) {
        if (key.includes('/streams/')) await bucket.create(key, (await mirror.read(key))?.bytes ?? Buffer.alloc(0));
      }
    } else await withoutS3();
    await using site = await serve(folder);
    const unread: string[] = [];
    const onUnread = (view: string, { name }: MirrorError) => unread.push(`${view}: ${name}`);

    const held = await heldReleases(stack(site.address), ['next', 'candidate'], onUnread);

    expect(held).toMatchObject([{ view: 'candidate', release: 'bookworm' }]);
    expect(unread).toEqual(['next: NoSuchObject']);
  });

  it('is nothing of a view whose executions all failed', async () => {
    await withoutS3();
    const folder = folderInMemory();
    await makeSmallMirror(folder, { signer, kernels: ['cloud'] });
    await using site = await serve(folder);

    expect(await heldReleases(stack(site.address), ['stable'], never)).toEqual([]);
    expect(await heldReleases(stack(site.address), [], never)).toEqual([]);
  });

  it('refuses where the site cannot be read either', async () => {
    await withoutS3();
    await expect(heldReleases(stack('http://127.0.0.1:1/'), ['candidate'], never)).rejects.toMatchObject({
      name: 'DownloadFailed',
    });
  });
});
