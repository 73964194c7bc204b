import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { architectureOf } from '../../../lib/catalog/architectures';
import { boot } from '../../../lib/machine/boot/qemu';
import { emulatorFor } from '../../../lib/stages/boot/emulator-for';
import { kernelInPe } from '../../fixtures/images/small-release/kernel-in-pe';
import { arm64Kernel } from '../../fixtures/programs/arm64-kernel';
import { temporaryFolder } from '../../fixtures/temporary-folder';

let kernel: string;
beforeAll(async () => {
  kernel = await arm64Kernel();
});

// The whole of it, up to a login in an image of arm64: test/boots/arm64.test.ts
it('starts a kernel of arm64 that is in a PE file, as stubble makes it, through firmware', async () => {
  const folder = temporaryFolder();
  const [stubbled, initrd] = [join(folder, 'kernel'), join(folder, 'initrd')];
  writeFileSync(stubbled, kernelInPe(readFileSync(kernel)));
  writeFileSync(initrd, Buffer.alloc(512));
  const architecture = architectureOf('arm64');
  const emulator = await emulatorFor(architecture, true);
  if (typeof emulator === 'string') throw new Error(emulator);

  const lines: string[] = [];
  const started = await boot({
    ...{ emulator, acceleration: 'tcg', cpus: 1, memory: 1024, timeoutSeconds: 600 },
    ...{ kernel: stubbled, initrd, commandLine: `console=${architecture.qemu.console} panic=-1 told-by-us` },
    ...{ mac: '52:54:00:aa:01:02', server: { address: '10.0.2.100:5248', port: 1 } }, // nobody is asked
    judge: (line) => (/Kernel command line: .* told-by-us/.test(line) ? { started: 'by us' } : undefined),
    onLine: (line) => lines.push(line),
  });

  expect(started).toBe('by us');
  expect(lines.join('\n')).toMatch(/EFI stub: Booting Linux Kernel.*Linux version .*efi: EFI v\S+ by .*EDK II/s);
});
