import { describe, it } from 'vitest';
import { expectLinear, readers } from '../house/readers/linear-readers';

describe('a reader of foreign text', () => {
  it.each(readers)('takes for 8 MB at most 2.5 times as long as for 4 MB: %s', async (_, read, worst) => {
    await expectLinear(read, worst, 8);
  });
});
