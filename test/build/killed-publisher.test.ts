import { expect, it } from 'vitest';
import { killPublishers } from './killed-publishers';

it('leaves the mirror as good as before at each of 8 changes of a file at which Publish is killed, and publishes the next time', async () => {
  await expect(killPublishers(8)).resolves.toBeUndefined();
});
