import { expect, it } from 'vitest';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { changeAtOnce } from '../publication/at-once/many-changes';
import { s3Publishers } from '../publication/at-once/s3-publishers';
import { publishTwiceAtOnce } from '../publication/at-once/two-publishers';

// `npm test` has some rounds of each, in test/publication.

it('two publishers at once lose no version, and no reader sees a bad index', async () => {
  await expect(publishTwiceAtOnce(await smallSigner(), 2000)).resolves.toBeUndefined();
});

it('two publishers to one bucket lose no version, and its index is always valid', async () => {
  await using publishers = await s3Publishers();
  await expect(publishers.publishAtOnce(500)).resolves.toBeUndefined();
});

it('many changes of one view, cut off at any write, lose nothing, and readers accept it at each moment', async () => {
  const keys = { old: await smallSigner('old'), next: await smallSigner('next') };
  await expect(changeAtOnce(keys, 1000)).resolves.toBeUndefined();
});
