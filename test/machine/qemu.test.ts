import { expect, it } from 'vitest';
import { architectureOf } from '../../lib/catalog/architectures';
import { qemuCommand } from '../../lib/machine/qemu';

it.each([
  ['amd64', 'qemu-system-x86_64 -cpu qemu64', 'virtio-net-pci,netdev=n0,mac=MAC,romfile=', 'virtio-rng-pci'],
  [
    'arm64',
    'qemu-system-aarch64 -machine virt -cpu cortex-a57',
    'virtio-net-pci,netdev=n0,mac=MAC,romfile=',
    'virtio-rng-pci',
  ],
  ['armhf', 'qemu-system-arm -machine virt,highmem=off', 'virtio-net-pci,netdev=n0,mac=MAC,romfile=', 'virtio-rng-pci'],
  ['ppc64el', 'qemu-system-ppc64 -machine pseries', 'virtio-net-pci,netdev=n0,mac=MAC,romfile=', 'virtio-rng-pci'],
  ['s390x', 'qemu-system-s390x -machine s390-ccw-virtio', 'virtio-net-ccw,netdev=n0,mac=MAC', 'virtio-rng-ccw'],
  ['riscv64', 'qemu-system-riscv64 -machine virt', 'virtio-net-pci,netdev=n0,mac=MAC,romfile=', 'virtio-rng-pci'],
])('boots %s in %s', (name, machine, ...devices) => {
  const { qemu } = architectureOf(name);
  const [program, ...args] = qemuCommand({
    emulator: { ...qemu, program: qemu.system },
    ...{ kernel: 'K', initrd: 'I', commandLine: 'root=x ro', mac: 'MAC', memory: 2048, timeoutSeconds: 1 },
    ...{ judge: () => undefined, onLine: () => {} },
  });
  const after = (word: string) => args.flatMap((one, index) => (one === word ? [args[index + 1]] : []));

  const chosen = ['-machine', '-cpu'].flatMap((word) => after(word).map((value) => ` ${word} ${value}`));
  expect(`${program}${chosen.join('')}`).toBe(machine);
  expect(after('-device')).toEqual(devices);
  expect(args.slice(-6)).toEqual(['-kernel', 'K', '-initrd', 'I', '-append', 'root=x ro']);
  expect(args.join(' ')).toContain('-accel tcg -smp 2 -m 2048');
});
