import { describe, expect, it } from 'vitest';
import { readDocuments, readSigned } from '../house/generated-documents';

describe('a reader of foreign text', { timeout: 3_600_000 }, () => {
  it('fails with an error of ours or not at all, for 300,000 generated documents', () => {
    expect(readDocuments(300_000)).toBeGreaterThan(300_000);
  });

  it('does so for 10,000 where it asks for keys and signatures', async () => {
    await expect(readSigned(10_000)).resolves.toBeUndefined();
  });
});
