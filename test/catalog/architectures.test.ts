import { expect, test } from 'vitest';
import { architectureOf, architectures, runsOn } from '../../lib/catalog/architectures';

test.each([
  ['amd64', 'x86_64', 'qemu-system-x86_64', undefined, 'qemu64', 'ttyS0', 'qemu-x86_64-static'],
  ['arm64', 'aarch64', 'qemu-system-aarch64', 'virt', 'cortex-a57', 'ttyAMA0', 'qemu-aarch64-static'],
  ['armhf', 'armv7l', 'qemu-system-arm', 'virt,highmem=off', undefined, 'ttyAMA0', 'qemu-arm-static'],
  ['ppc64el', 'ppc64le', 'qemu-system-ppc64', 'pseries', undefined, 'hvc0', 'qemu-ppc64le-static'],
  ['s390x', 's390x', 'qemu-system-s390x', 's390-ccw-virtio', undefined, 'ttysclp0', 'qemu-s390x-static'],
  ['riscv64', 'riscv64', 'qemu-system-riscv64', 'virt', undefined, 'ttyS0', 'qemu-riscv64-static'],
  ['i386', 'i686', 'qemu-system-i386', undefined, undefined, 'ttyS0', 'qemu-i386-static'],
])('%s is called %s by uname and imitated by %s', (name, uname, system, machine, cpu, console, user) => {
  const architecture = architectureOf(name);
  expect(architecture.machine).toBe(uname);
  const bus = name === 's390x' ? 'ccw' : 'pci';
  const { firmwareFiles: _, ...qemu } = architecture.qemu;
  expect(qemu).toEqual({ system, ...(machine && { machine }), ...(cpu && { cpu }), bus, console, user });
});

test('only arm64 is started by a firmware of its own', () => {
  const named = architectures.filter(({ qemu }) => qemu.firmwareFiles !== undefined).map(({ name }) => name);
  expect(named).toEqual(['arm64']);
});

test('amd64 and i386 are in the main archive, all others are ports', () => {
  const main = architectures.filter(({ archive }) => archive === 'archive').map(({ name }) => name);
  expect(main).toEqual(['amd64', 'i386']);
});

test('amd64 runs i386 natively, no other machine runs programs of another architecture', () => {
  const foreign = architectures.flatMap(({ name, nativeOn }) =>
    nativeOn.filter((host) => host !== name).map((host) => `${name} on ${host}`),
  );
  expect(foreign).toEqual(['i386 on amd64']);
  expect(architectures.filter(({ name, nativeOn }) => !nativeOn.includes(name))).toEqual([]);
});

test('a machine runs what its kernel says it is, and no more', () => {
  const native = (machine: string) => architectures.filter((one) => runsOn(one, machine)).map(({ name }) => name);
  expect(native('x86_64')).toEqual(['amd64', 'i386']);
  expect(native('aarch64')).toEqual(['arm64']);
  expect(native('ppc64')).toEqual([]);
});

test('refuses an architecture that is not named in dpkg words and lists those that exist', () => {
  expect(() => architectureOf('x86_64')).toThrow(
    expect.objectContaining({
      name: 'UnknownArchitecture',
      misuse: true,
      message: 'unknown architecture "x86_64"; known architectures: amd64, arm64, armhf, ppc64el, s390x, riscv64, i386',
    }),
  );
});
