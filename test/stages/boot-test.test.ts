import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { architectureOf, architectures, runsOn } from '../../lib/catalog/architectures';
import { noBuilds } from '../../lib/job/job';
import { foldersOf, made } from '../../lib/job/layout';
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

describe('a machine that comes up', () => {
  it('has passed where it fetched the root that is to be published', async () => {
    const evidence = { gate: 'passed', evidence: 'kernel=6.8.0 root=overlay modules=present' };
    expect(await bootedBy('fetch')).toEqual(evidence);
  });

  it('refuses one that has never fetched it: what booted was another root', async () => {
    await expect(bootedBy('fetch nothing')).rejects.toMatchObject({
      name: 'BootFailed',
      message: expect.stringMatching(
        /^the system came up, but never fetched \/images\/[0-9a-f]{7}\/ubuntu\/.*\/squashfs$/,
      ),
      hint: 'the image has another root than the one that is to be published',
    });
  });
});

/** A boot in an emulator that is a script: it fetches the root, or not, and reports as the boot check in an image does. */
async function bootedBy(act: 'fetch' | 'fetch nothing'): ReturnType<typeof bootTest> {
  const bench = await benchOf(own);
  const { root, extracted } = foldersOf(bench.job);
  for (const [key, text] of [
    [made.squashfs(root), 'squashfs'],
    [made.manifest(root), 'cloud-init\t24.1\n'],
    [made.kernel(extracted), 'kernel'],
    [made.initrd(extracted), 'initrd'],
  ] as const) {
    await bench.store.create(key, Buffer.from(text));
  }
  const nonce = createHash('sha256').update('squashfs').digest('hex').slice(8, 24);
  const bin = temporaryFolder();
  const emulator = join(bin, architectureOf(own).qemu.system);
  writeFileSync(emulator, script(nonce, act === 'fetch'), { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  return bootTest(bench);
}

/** Of its arguments it knows what QEMU does with two: the server's port on 127.0.0.1, and the address of the root. */
const script = (nonce: string, fetches: boolean) => `#!/bin/bash
port=$(grep -o '127.0.0.1/[0-9]*' <<<"$*" | cut -d / -f 2)
path=$(grep -o 'root=squash:http://[^ ]*' <<<"$*" | cut -d / -f 4-)
if ${fetches}; then
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' "$path" >&3
  cat <&3 >/dev/null
fi
echo 'maas-mirror-boot ${nonce} kernel=6.8.0 root=overlay modules=present end'
exec sleep infinity
`;

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
      extracted: 'Extract:1',
    },
    order: Order.parse({ release: 'noble', architectures: [architecture] }),
    store: await openWorkStore(scratch),
    folder: 'runs/e/boot-test',
    scratch,
    tools: 'buildspecs',
  };
}
