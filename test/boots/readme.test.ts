import { expect, it } from 'vitest';
import { expectBooted, expectMirror, mirrorWords } from '../build/readme-command';
import { temporaryFolder } from '../fixtures/temporary-folder';

it('builds, boots and signs Debian with two kernels, as `npm run mirror` does, and the mirror verifies', async () => {
  const folder = temporaryFolder();
  const words = mirrorWords(folder);
  expect(words.slice(0, 2)).toEqual(['build', 'bookworm']);

  await expectMirror(folder, words, '2 products, 2 versions, 8 objects');
  await expectBooted(folder, ['cloud', 'generic']);
});
