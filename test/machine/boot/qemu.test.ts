import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../lib/catalog/architectures';
import { closedNetwork } from '../../../lib/machine/boot/network';
import { type BootOptions, boot, qemuCommand } from '../../../lib/machine/boot/qemu';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-seconds';

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
    ...{ emulator: { ...qemu, program: qemu.system }, acceleration: 'tcg', cpus: 2 },
    ...{ kernel: 'K', initrd: 'I', commandLine: 'root=x ro', mac: 'MAC', memory: 2048, timeoutSeconds: 1 },
    server: { address: '10.0.2.100:5248', port: 40000 },
    ...{ judge: () => undefined, onLine: () => {} },
  });
  const after = (word: string) => args.flatMap((one, index) => (one === word ? [args[index + 1]] : []));

  const chosen = ['-machine', '-cpu'].flatMap((word) => after(word).map((value) => ` ${word} ${value}`));
  expect(`${program}${chosen.join('')}`).toBe(machine);
  expect(after('-device')).toEqual(devices);
  expect(args.slice(-6)).toEqual(['-kernel', 'K', '-initrd', 'I', '-append', 'root=x ro']);
  expect([...after('-accel'), ...after('-smp'), ...after('-m')]).toEqual(['tcg', '2', '2048']);
});

describe('a boot', () => {
  it('is tried again where the emulator itself has crashed', async () => {
    const { ended, lines, starts } = await bootBy(
      '[ "$count" = 1 ] && kill -SEGV $$; echo up and running; exec sleep infinity',
    );

    expect(ended).toBe('up');
    expect(lines).toEqual([
      'console of start 1',
      'the emulator crashed (SIGSEGV); restarting it',
      'console of start 2',
      'up and running',
    ]);
    expect(starts).toBe(2);
  });

  it('fails where the emulator crashes every time', async () => {
    const { ended, starts } = await bootBy('kill -SEGV $$');

    expect(ended).toBe('BootFailed: the emulator crashed 3 times (SIGSEGV)');
    expect(starts).toBe(3);
  });

  it.each([
    ['ends', 'exit 0', 'BootFailed: the machine ended'],
    ['ends with an error', 'exit 1', 'BootFailed: the machine ended'],
    ['panics, whatever becomes of the emulator then', 'echo panic; kill -SEGV $$', 'BootFailed: it panicked'],
    ['shows nothing in time', 'exec sleep infinity', 'BootFailed: no sign of a successful start within 1 s'],
  ])('fails at once where the machine %s', async (_, script, message) => {
    const { ended, starts } = await bootBy(script, script.includes('sleep') ? 1 : anHour);

    expect([ended, starts]).toEqual([message, 1]);
  });
});

it('refuses where the emulator is not installed', async () => {
  const missing = bootOptions('/nowhere/qemu', []);
  await expect(boot(missing)).rejects.toMatchObject({
    name: 'MissingTool',
    message: '/nowhere/qemu is not installed',
  });
});

it('says of a boot that failed where all of it is', async () => {
  const failed = boot(bootOptions('/bin/true', []));
  await expect(failed).rejects.toMatchObject({ hint: 'see the full console output in the log of this boot test' });
});

it('gives a machine a serial console, no screen, and a network in which it finds one server alone', () => {
  const [, ...args] = qemuCommand(bootOptions('q', []));
  const words = args.join(' ');
  expect(words).toContain(' -display none -monitor none -serial stdio -no-reboot -nodefaults ');
  const relay = "bash -c 'exec 3<>/dev/tcp/127.0.0.1/40000 4<&0; cat <&4 >&3 & cat <&3; kill $!'";
  expect(closedNetwork({ address: '10.0.2.100:5248', port: 40000 })).toEqual([
    ...['-netdev', `user,id=closed,ipv6=off,restrict=on,guestfwd=tcp:10.0.2.100:5248-cmd:${relay}`],
    ...['-netdev', 'socket,id=wire,fd=3', '-netdev', 'hubport,id=toServer,hubid=0,netdev=closed'],
    ...['-netdev', 'hubport,id=toNames,hubid=0,netdev=wire', '-netdev', 'hubport,id=n0,hubid=0'],
  ]);
  expect(args).toEqual(expect.arrayContaining(closedNetwork({ address: '10.0.2.100:5248', port: 40000 })));
});

const anHour = 3600;

function bootOptions(program: string, lines: string[], timeoutSeconds = anHour): BootOptions {
  return {
    ...{ emulator: { ...architectureOf('amd64').qemu, program }, acceleration: 'tcg', cpus: 2 },
    ...{ kernel: 'K', initrd: 'I', commandLine: 'root=x ro', mac: 'MAC', memory: 2048, timeoutSeconds },
    server: { address: '10.0.2.100:5248', port: 40000 },
    judge: (line) =>
      line.includes('panic') ? { failed: 'it panicked' } : line.includes('up') ? { started: 'up' } : undefined,
    onLine: (line) => lines.push(line),
  };
}

/** Boots in an emulator that is a shell script; `$count` says how often it was started. */
async function bootBy(script: string, timeoutSeconds = anHour) {
  const folder = temporaryFolder();
  const [program, count] = [join(folder, 'emulator'), join(folder, 'count')];
  const counting = `count=$(($(cat ${count} 2>/dev/null || echo 0) + 1)); echo $count > ${count}`;
  writeFileSync(program, `#!/bin/bash\n${counting}\necho console of start $count\n${script}\n`);
  chmodSync(program, 0o755);
  const lines: string[] = [];
  const ended = await boot(bootOptions(program, lines, timeoutSeconds)).catch(
    (error: Error) => `${error.name}: ${error.message}`,
  );
  return { ended, lines, starts: existsSync(count) ? Number(readFileSync(count, 'utf8')) : 0 };
}
