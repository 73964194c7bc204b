import { describe, expect, it, onTestFinished } from 'vitest';
import { listMirror } from '../../lib/operations/list';
import { verifyMirror } from '../../lib/operations/verify';
import { publish } from '../../lib/stages/publish';
import { S3Store } from '../../lib/store/s3/s3-store';
import { smallObject } from '../fixtures/aws/small-s3/objects';
import { startSmallS3 } from '../fixtures/aws/small-s3/server';
import { makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { folderInMemory } from '../fixtures/temporary-folder';

describe('a mirror in S3', () => {
  it('is published, listed and verified as one in a directory, and no image leaves S3 for that', async () => {
    const s3 = await startSmallS3();
    onTestFinished(() => s3[Symbol.asyncDispose]());
    const settings = { client: s3.client };
    const [mirror, work] = [new S3Store('s3://mirror', settings), new S3Store('s3://work', settings)];
    const signer = await smallSigner();
    const input = await makeBuiltRun(work, { execution: 'run-1' });
    const before = s3.requests.length;

    const published = await publish(input, { mirror, work, signer, now: () => new Date('2026-11-20T08:30:00Z') });

    expect(published).toMatchObject({ version: '20261120.083000', products: [expect.anything(), expect.anything()] });
    expect(await listMirror(mirror, {})).toHaveLength(2);
    const report = await verifyMirror(mirror, { scratch: folderInMemory() });
    expect(report).toMatchObject({ problems: [], objects: 8 });
    const later = s3.requests.slice(before);
    expect(later.filter(({ action, key }) => action === 'GetObject' && /squashfs$|boot-/.test(key))).toEqual([]);
    expect(later.filter(({ action }) => action === 'CopyObject').length).toBeGreaterThanOrEqual(6);

    const [image = ''] = [...(s3.buckets.get('mirror')?.keys() ?? [])].filter((key) => key.endsWith('squashfs'));
    s3.buckets.get('mirror')?.set(image, smallObject(Buffer.from('evil')));
    const { problems } = await verifyMirror(mirror, { scratch: folderInMemory() });
    expect(problems).toMatchObject([{ object: image, rule: 'size' }]);
  });
});
