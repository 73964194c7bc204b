import { expect, it } from 'vitest';
import { commitAtOnce } from '../store/directory/commits-at-once';

it('a directory loses none of 4,000 commits that four processes make at once', { timeout: 3_600_000 }, async () => {
  await expect(commitAtOnce(1000)).resolves.toBeUndefined();
});
