import { expect, it } from 'vitest';
import { commitAtOnce } from '../store/directory/commits-at-once';

it('a directory loses none of 2,000 commits that four processes make at once', async () => {
  await expect(commitAtOnce(500)).resolves.toBeUndefined();
});
