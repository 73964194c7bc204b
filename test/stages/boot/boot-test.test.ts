import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { architectureOf, architectures, runsOn } from '../../../lib/catalog/architectures';
import { BuildRequest } from '../../../lib/job/build-request';
import { noBuilds } from '../../../lib/job/job';
import { foldersOf, made } from '../../../lib/job/layout';
import { thisMachine } from '../../../lib/machine/this-machine';
import { bootMinutes, bootTest } from '../../../lib/stages/boot-test';
import { openWorkStore } from '../../../lib/store/open';
import { kernelInPe } from '../../fixtures/images/small-release/kernel-in-pe';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

afterEach(() => vi.unstubAllEnvs());

const own = architectures.find((one) => runsOn(one, thisMachine()))?.name ?? '';
const foreign = own === 's390x' ? 'amd64' : 's390x';

it('finds a boot test impossible where the emulator of another architecture is missing', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  expect(await bootTest(await benchOf(foreign))).toEqual({
    gate: 'impossible',
    evidence: expect.stringMatching(/^qemu-system-\w+ is not installed on this machine$/),
  });
});

it('refuses to go on without the emulator of the machine’s own architecture', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  await expect(bootTest(await benchOf(own))).rejects.toMatchObject({ name: 'NoSuchObject' });
});

describe('a machine that comes up', () => {
  it('has passed where it fetched the root that is to be published', async () => {
    const { booted } = await bootedBy({});
    expect(await booted).toEqual({ gate: 'passed', evidence: 'kernel=6.8.0 root=overlay modules=present' });
  });

  it('refuses one that has never fetched it: what booted was another root', async () => {
    const { booted } = await bootedBy({ fetches: false });
    await expect(booted).rejects.toMatchObject({
      name: 'BootFailed',
      message: expect.stringMatching(
        /^the system came up without fetching \/images\/[0-9a-f]{7}\/ubuntu\/.*\/squashfs$/,
      ),
      hint: 'it booted from another root than the one to be published',
    });
  });
});

describe('the machine that is booted', () => {
  it.each([
    ['focal', / apparmor=0 log_host=/],
    ['noble', / overlayroot_cfgdisk=disabled log_host=/],
  ])('gets MAAS’s own words for %s', async (release, words) => {
    const { booted, told } = await bootedBy({ release });
    await booted;
    expect(told().at(-1)).toMatch(words);
  });

  it('is accelerated where one that was started with KVM has answered', async () => {
    const { booted, told } = await bootedBy({});
    await booted;
    expect(told().map(acceleratorIn)).toEqual(['kvm', 'kvm']);
  });

  it('is translated where KVM is there and aborts the emulator', async () => {
    const { booted, told } = await bootedBy({ kvm: 'echo "KVM: entry failed" >&2; kill -ABRT $$' });
    expect(await booted).toMatchObject({ gate: 'passed' });
    expect(told().map(acceleratorIn)).toEqual(['kvm', 'tcg']);
  });

  it('tells which unit it has started last', async () => {
    const shown: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
    const { booted } = await bootedBy({ console: '[  OK  ] Started ssh.service - OpenBSD Secure Shell server.' });
    await booted;
    vi.restoreAllMocks();
    expect(shown).toContain(`:: booting ga in ${architectureOf(own).qemu.system}\n`);
    expect(shown.join('')).toMatch(/^acceleration kvm \(.+\); timeout 30 minutes$/m);
    expect(shown).toContain(':: Started ssh.service - OpenBSD Secure Shell server.\n');
  });

  it('has its part of the cores where builds share the machine', async () => {
    const { booted, told } = await bootedBy({ bench: { buildsAtOnce: 1000 } });
    await booted;
    const cpus = Math.min(8, Math.max(1, Math.floor(availableParallelism() / 2)));
    expect(told().at(-1)).toContain(` -smp ${cpus} `); // noble's order has two flavours
  });

  it('is not started where its kernel is of a format that the emulator shows nothing of', async () => {
    const { booted, told } = await bootedBy({ kernel: Buffer.from([0x27, 0x05, 0x19, 0x56]) });
    await expect(booted).rejects.toMatchObject({
      name: 'BootFailed',
      message: expect.stringContaining('cannot start this kernel: it is a U-Boot image; '),
    });
    expect(told()).toEqual([]);
  });
});

describe('flavours with the same kernel, initrd and root', () => {
  it('boot once in an execution, where builds share a machine', async () => {
    const cache = temporaryFolder();
    const { bench, booted, told } = await bootedBy({ bench: { cache } });
    await booted;
    const shown: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => shown.push(String(text)) > 0);
    const again = await bootTest({ ...bench, scratch: temporaryFolder() });
    vi.restoreAllMocks();
    expect(again).toEqual(await booted);
    expect(shown).toEqual([':: the same kernel, initrd and root have already booted for another flavour\n']);
    expect(told().length).toBe(2); // the look for KVM, and the boot
  });

  it('boot each by itself where each has a machine of its own', async () => {
    const { bench, booted, told } = await bootedBy({});
    await booted;
    await bootTest({ ...bench, scratch: temporaryFolder() });
    expect(told().length).toBe(4);
  });

  it('boot again after a boot that has failed', async () => {
    const cache = temporaryFolder();
    const { bench, booted, told } = await bootedBy({ bench: { cache }, fetches: false });
    await expect(booted).rejects.toMatchObject({ name: 'BootFailed' });
    await expect(bootTest({ ...bench, scratch: temporaryFolder() })).rejects.toMatchObject({ name: 'BootFailed' });
    expect(told().length).toBe(4);
  });
});

it.each([
  [undefined, false, 30],
  [undefined, true, 60],
  [5, true, 5],
])('gives a boot as long as the order says (%s), or longer where it is emulated (%s)', (bootTimeout, isForeign, minutes) => {
  expect(bootMinutes({ bootTimeout }, isForeign)).toBe(minutes);
});

interface Act {
  readonly release?: string;
  readonly fetches?: boolean;
  readonly kernel?: Buffer;
  /** What the emulator does when it is started with KVM, and without an initramfs. */
  readonly kvm?: string;
  /** A line that it shows before its report. */
  readonly console?: string;
  readonly bench?: Partial<Parameters<typeof bootTest>[0]>;
}

/** A boot in an emulator that is a script: it fetches the root, or not, and reports as the boot check in an image does. */
async function bootedBy({
  release,
  fetches = true,
  kernel = startable(),
  kvm = 'echo Linux version 6.8.0',
  console = '',
  bench: more,
}: Act) {
  const bench = { ...(await benchOf(own, release)), ...more };
  const { root, extracted } = foldersOf(bench.job);
  for (const [key, bytes] of [
    [made.squashfs(root), Buffer.from('squashfs')],
    [made.manifest(root), Buffer.from('cloud-init\t24.1\n')],
    [made.kernel(extracted), kernel],
    [made.initrd(extracted), Buffer.from('initrd')],
  ] as const) {
    await bench.store.create(key, bytes);
  }
  const nonce = createHash('sha256').update('squashfs').digest('hex').slice(8, 24);
  const bin = temporaryFolder();
  const told = join(bin, 'told');
  const emulator = join(bin, architectureOf(own).qemu.system);
  writeFileSync(emulator, script({ nonce, fetches, kvm, told, console }), { mode: 0o755 });
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  const booted = bootTest(bench);
  await booted.catch(() => {}); // its end; what it was is for whoever asks
  const starts = () => (existsSync(told) ? readFileSync(told, 'utf8').trimEnd().split('\n') : []);
  return { bench, booted, told: starts };
}

const acceleratorIn = (words: string) => / ?-accel (\w+)/.exec(words)?.[1];

/** Of the machine's own architecture, by its first bytes. */
function startable(): Buffer {
  const head = Buffer.alloc(0x300);
  head.write('HdrS', 0x202);
  return own === 'arm64' ? kernelInPe(head) : head;
}

/** Of its arguments it knows what QEMU does with two: the server's port on 127.0.0.1, and the address of the root. */
const script = (
  act: Required<Pick<Act, 'fetches' | 'kvm' | 'console'>> & { nonce: string; told: string },
) => `#!/bin/bash
echo "$*" >>${act.told}
case "$*" in *-initrd*) ;; *) ${act.kvm}; exit ;; esac
port=$(grep -o '127.0.0.1/[0-9]*' <<<"$*" | cut -d / -f 2)
path=$(grep -o 'root=squash:http://[^ ]*' <<<"$*" | cut -d / -f 4-)
if ${act.fetches}; then
  exec 4<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' "$path" >&4
  cat <&4 >/dev/null
fi
echo '${act.console}'
echo 'maas-mirror-boot ${act.nonce} kernel=6.8.0 root=overlay modules=present end'
exec sleep infinity
`;

async function benchOf(architecture: string, release = 'noble'): Promise<Parameters<typeof bootTest>[0]> {
  const scratch = temporaryFolder();
  const requested = { release, architecture, kernel: 'ga', view: 'candidate' };
  const asked = { customised: false, bootTest: true, rebuild: false };
  return {
    job: {
      ...requested,
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
    request: BuildRequest.parse({ release, architectures: [architecture] }),
    store: await openWorkStore(scratch),
    folder: 'runs/e/boot-test',
    scratch,
    tools: 'buildspecs',
  };
}
