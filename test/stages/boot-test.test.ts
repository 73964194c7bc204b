import { afterEach, expect, it, vi } from 'vitest';
import { architectures, runsOn } from '../../lib/catalog/architectures';
import { noBuilds } from '../../lib/job/job';
import { Order } from '../../lib/job/order';
import { thisMachine } from '../../lib/machine/this-machine';
import { bootTest } from '../../lib/stages/boot-test';
import { openWorkStore } from '../../lib/store/open';
import { temporaryFolder } from '../fixtures/temporary-folder';

afterEach(() => vi.unstubAllEnvs());

const own = architectures.find((one) => runsOn(one, thisMachine()))?.name ?? '';
const foreign = own === 's390x' ? 'amd64' : 's390x';

it('finds a boot test impossible where the emulator of another architecture is missing', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  expect(await bootTest(await benchOf(foreign))).toEqual({
    gate: 'impossible',
    evidence: expect.stringMatching(/^no qemu-system-\w+ on this machine$/),
  });
});

it('refuses to go on without the emulator of the machine’s own architecture', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  await expect(bootTest(await benchOf(own))).rejects.toMatchObject({ name: 'NoSuchObject' });
});

async function benchOf(architecture: string): Promise<Parameters<typeof bootTest>[0]> {
  const scratch = temporaryFolder();
  const ordered = { release: 'noble', architecture, kernel: 'ga', view: 'candidate' };
  const asked = { customised: false, bootTest: true, rebuild: false };
  return {
    job: {
      ...ordered,
      ...asked,
      execution: 'e',
      folder: 'e-0123456789abcdef',
      inputs: '',
      recipe: '',
      bundles: '',
      ...noBuilds,
      root: 'Fetch:1',
    },
    order: Order.parse({ release: 'noble', architectures: [architecture] }),
    store: await openWorkStore(scratch),
    folder: 'runs/e/boot-test',
    scratch,
    tools: 'buildspecs',
  };
}
