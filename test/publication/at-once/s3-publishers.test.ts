import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mirror as layout } from '../../../lib/job/layout';
import { inFlight, type S3Publishers, s3Publishers } from './s3-publishers';
import '../../fixtures/needs-seconds';

let publishers: S3Publishers;
beforeAll(async () => {
  publishers = await s3Publishers();
});
afterAll(() => publishers[Symbol.asyncDispose]());

describe('two publishers to one bucket', () => {
  it('lose no version, and the index is valid at every moment, whatever comes first and fails', async () => {
    await expect(publishers.publishAtOnce(10)).resolves.toBeUndefined();
  });

  it('never had more requests under way than both may have', () => {
    expect(publishers.s3.mostInFlight).toBeGreaterThan(inFlight);
    expect(publishers.s3.mostInFlight).toBeLessThanOrEqual(2 * inFlight);
  });

  it('would not pass with an index that names what is missing', async () => {
    const bucket = await publishers.publishAlone();
    expect(publishers.publishedIn(bucket)).toEqual(publishers.all);

    const objects = publishers.s3.buckets.get(bucket);
    for (const key of objects?.keys() ?? []) {
      if (key.endsWith('.sjson') && key !== layout.index('candidate')) objects?.delete(key);
    }
    expect(() => publishers.publishedIn(bucket)).toThrow('is missing');
  });
});
