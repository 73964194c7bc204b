import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { run } from '../../lib/machine/run';
import { publish } from '../../lib/stages/publish';
import { openStore, openWorkStore } from '../../lib/store/open';
import { makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { type MiniStack, startMiniStack } from './mini-stack';

let aws: MiniStack;
beforeAll(async () => {
  aws = await startMiniStack();
});
afterAll(() => aws?.[Symbol.asyncDispose]());

describe('a mirror in a bucket of the emulator', () => {
  it('is published by its address, and listed and verified by the command line', async () => {
    for (const [name, value] of Object.entries(aws.env)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const client = new S3Client({ forcePathStyle: true });
    for (const Bucket of ['mirror', 'work']) await client.send(new CreateBucketCommand({ Bucket }));
    client.destroy();
    const [mirror, work] = [await openStore('s3://mirror/images', { create: true }), await openWorkStore('s3://work')];
    const input = await makeBuiltRun(work, { execution: 'run-1' });
    const now = () => new Date('2026-11-20T08:30:00Z');

    await publish(input, { mirror, work, signer: await smallSigner(), now });

    expect(await maasMirror('verify', 's3://mirror/images')).toContain(
      '✓ candidate: 2 products, 2 versions, 8 objects',
    );
    expect(await maasMirror('list', 's3://mirror/images')).toContain('20261120');
    await expect(maasMirror('verify', 's3://nobodys')).rejects.toThrow(
      /s3:\/\/nobodys\/format\.json: the bucket does not exist/,
    );
  });
});

/** The built command line, with the emulator for AWS. */
function maasMirror(...words: string[]): Promise<string> {
  const program = join(__dirname, '../../dist/bin/maas-mirror.js');
  const { PATH = '' } = process.env;
  return run([process.execPath, program, ...words], { env: { PATH, ...aws.env }, quiet: true });
}
