import { expect, it, vi } from 'vitest';
import { Order } from '../../lib/job/order';
import { releaseRepositories } from '../../lib/stages/repositories';
import type { Workbench } from '../../lib/stages/workbench';
import { temporaryFolder } from '../fixtures/temporary-folder';

it('refuses a Debian that neither the build nor the apt of this machine has an archive of', async () => {
  const order = Order.parse({ release: 'bookworm', architectures: ['amd64'] });
  const bench = { order, job: { release: 'bookworm', architecture: 'amd64' }, scratch: temporaryFolder() } as Workbench;
  vi.stubEnv('PATH', temporaryFolder());
  try {
    await expect(releaseRepositories(bench)).rejects.toMatchObject({
      name: 'NotSupported',
      message: "this machine's apt knows no archive of bookworm",
      hint: 'name one: --archive URL, or places.archive',
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
