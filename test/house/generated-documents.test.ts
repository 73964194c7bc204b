import { describe, expect, it } from 'vitest';
import { readDocuments, readSigned } from './generated-documents';
import '../fixtures/needs-seconds';

describe('a reader of foreign text', () => {
  it('fails with an error of ours or not at all, for 10,000 generated documents', () => {
    expect(readDocuments(10_000)).toBeGreaterThan(10_000);
  });

  it('does so for 1,000 where it asks for keys and signatures', async () => {
    await expect(readSigned(1_000)).resolves.toBeUndefined();
  });
});
