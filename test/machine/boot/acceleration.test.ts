import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseAcceleration } from '../../../lib/machine/boot/acceleration';
import { type Emulator, machineWords } from '../../../lib/machine/boot/emulator';
import { temporaryFolder } from '../../fixtures/temporary-folder';

describe('KVM is taken', () => {
  it.each([
    ['the kernel says in a machine with it what it is', 'echo "[    0.0] Linux version 6.8.0"; exec sleep 60', 'kvm'],
    ['it says so after its firmware, and ends', 'echo UEFI firmware; echo Linux version 6.17.0', 'kvm'],
  ])('where %s', async (_, script, acceleration) => {
    expect(await chosenBy(script)).toMatchObject({
      acceleration,
      evidence: 'the kernel has started in a KVM machine',
    });
  });

  it.each([
    ['QEMU aborts', 'echo "KVM: entry failed" >&2; kill -ABRT $$', 'ended without output: KVM: entry failed'],
    ['there is no KVM', 'echo "Could not access KVM kernel module" >&2; exit 1', 'ended without output: Could not'],
    ['firmware speaks, and no kernel', 'echo SeaBIOS; echo maas-mirror probe', 'ended without output: '],
  ])('not where %s', async (_, script, why) => {
    const { acceleration, evidence } = await chosenBy(script);
    expect([acceleration, evidence]).toEqual(['tcg', expect.stringContaining(why)]);
  });

  it('not where nothing is said in time', async () => {
    const { acceleration, evidence } = await chosenBy('exec sleep 3600', { timeout: 100 });
    expect([acceleration, evidence]).toEqual(['tcg', 'a KVM machine printed nothing within 0.1 s']);
  });

  it('by a machine of the very kind that is to boot', async () => {
    const arm = { program: '', machine: 'virt', cpu: 'cortex-a57', firmware: '/F.fd', bus: 'pci' } as const;
    const { told } = await chosenBy('echo Linux version', { emulator: arm });
    expect(told).toContain('-accel kvm -machine virt,gic-version=host -cpu host -bios /F.fd ');
    expect(told).toContain(' -m 512 -display none -monitor none -serial stdio -no-reboot -nodefaults -kernel ');
    expect(told).toMatch(/ -kernel \/K -append console=ttyS0 panic=-1$/m);
    expect(told).not.toContain('-initrd');
  });
});

it('leaves machine and cpu as they are where they are translated', () => {
  const arm = { program: 'q', machine: 'virt', cpu: 'cortex-a57', firmware: '/F.fd', bus: 'pci' } as const;
  const words = ['-accel', 'tcg', '-machine', 'virt', '-cpu', 'cortex-a57', '-bios', '/F.fd'];
  expect(machineWords(arm, 'tcg')).toEqual(words);
  expect(machineWords({ program: 'q', bus: 'pci' }, 'tcg')).toEqual(['-accel', 'tcg']);
  const pseries = { program: 'q', machine: 'pseries', bus: 'pci' } as const;
  expect(machineWords(pseries, 'kvm')).toEqual(['-accel', 'kvm', '-machine', 'pseries', '-cpu', 'host']);
});

/** What is chosen where the emulator is a shell script, and what that was told. */
async function chosenBy(script: string, { emulator = pc, ...more }: { emulator?: Emulator; timeout?: number } = {}) {
  const folder = temporaryFolder();
  const [program, told] = [join(folder, 'emulator'), join(folder, 'told')];
  writeFileSync(program, `#!/bin/bash\necho "$*" > ${told}\n${script}\n`, { mode: 0o755 });
  const greeter = { emulator: { ...emulator, program }, kernel: '/K', console: 'ttyS0', ...more };
  const chosen = await chooseAcceleration(greeter);
  return { ...chosen, told: readFileSync(told, 'utf8') };
}

const pc = { program: '', cpu: 'qemu64', bus: 'pci' } as const;
