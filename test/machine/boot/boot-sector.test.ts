import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bootGreeting } from '../../../lib/machine/boot/boot-sector';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** An emulator that is a shell script; what it was told. */
async function greetedBy(script: string, timeout?: number) {
  const folder = temporaryFolder();
  const [program, told, disk] = ['emulator', 'told', 'disk'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(program, `#!/bin/bash\necho "$*" > ${told}\n${script}\n`, { mode: 0o755 });
  const seen = await bootGreeting(program, disk, timeout).catch((error) => error);
  return { seen, program, disk, told: () => readFileSync(told, 'utf8').trim() };
}

it('boots a disk that greets, and ends the machine then', async () => {
  const { seen, program, disk, told } = await greetedBy('echo SeaBIOS; echo " maas-mirror probe"; exec sleep 3600');
  expect(seen).toMatch(new RegExp(`^${program} boots in \\d+\\.\\d s$`));
  expect(Number(/in (.*) s/.exec(seen)?.[1])).toBeLessThan(60);
  expect(told()).toBe(
    `-accel tcg -m 64 -display none -monitor none -serial stdio -no-reboot -nodefaults -drive file=${disk},format=raw,if=ide`,
  );
});

it('makes a disk of one cylinder whose boot sector writes its greeting to the serial port', async () => {
  const { disk } = await greetedBy('exit 1');
  const bytes = readFileSync(disk);
  expect(bytes).toHaveLength(63 * 16 * 512);
  expect(bytes.subarray(510, 512).toString('hex')).toBe('55aa');
  const code = 'be117cbaf803ac84c07403eeebf8f4ebfd';
  expect(bytes.subarray(0, 17).toString('hex')).toBe(code);
  expect(bytes.subarray(17, 38).toString('latin1')).toBe('\r\nmaas-mirror probe\r\n');
  expect(bytes.subarray(38, 510).every((byte) => byte === 0)).toBe(true);
});

it.each([
  ['ends without a greeting', 'echo SeaBIOS', undefined, 'the machine ended without output'],
  ['says nothing in time', 'exec sleep 3600', 100, 'no output within 0.1 s'],
])('refuses a machine that %s', async (_, script, timeout, message) => {
  const { seen } = await greetedBy(script, timeout);
  expect(seen).toMatchObject({ name: 'BootFailed', message, hint: 'see the output of QEMU in the log' });
});

it('refuses where there is no emulator', async () => {
  await expect(bootGreeting('/nowhere/qemu', join(temporaryFolder(), 'disk'))).rejects.toMatchObject({
    name: 'MissingTool',
    message: '/nowhere/qemu is not installed',
  });
});
