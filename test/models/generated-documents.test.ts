import { describe, expect, it } from 'vitest';
import { readDocuments, readSigned } from '../house/generated-documents';

describe('a reader of foreign text', () => {
  it('fails with an error of ours or not at all, for 100,000 generated documents', () => {
    expect(readDocuments(100_000)).toBeGreaterThan(100_000);
  });

  it('does so for 5,000 where it asks for keys and signatures', async () => {
    await expect(readSigned(5_000)).resolves.toBeUndefined();
  });
});
