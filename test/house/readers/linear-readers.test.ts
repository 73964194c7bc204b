import { describe, it } from 'vitest';
import { expectLinear, readers } from './linear-readers';

// test/models/linear-readers.test.ts has 8 MB.
describe('a reader of foreign text', () => {
  it.each(readers)('takes for 2 MB at most 2.5 times as long as for 1 MB: %s', async (_, read, worst) => {
    await expectLinear(read, worst, 2);
  });
});
