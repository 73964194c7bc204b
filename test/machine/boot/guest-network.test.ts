import { chmodSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { architectureOf } from '../../../lib/catalog/architectures';
import { boot } from '../../../lib/machine/boot/qemu';
import { run } from '../../../lib/machine/run';
import { type SmallRelease, smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const address = '10.0.2.100:5248';

it('lets a machine that is booted reach the one server it is to reach, and nothing else; every name ends at once', async () => {
  await using rack = await serve('the rack');
  await using builder = await serve('a secret of the builder');
  const { kernel, initrd } = await smallMachine(await smallRelease(), [
    `http://${address}/`,
    `http://${address}/`,
    `http://10.0.2.2:${builder.port}/`,
    `http://10.0.2.2:${rack.port}/`,
  ]);
  const { qemu } = architectureOf('amd64');
  const said: string[] = [];
  await boot({
    ...{ emulator: { ...qemu, program: qemu.system }, acceleration: 'tcg', cpus: 2 },
    ...{ kernel, initrd, commandLine: `console=${qemu.console} `, mac: '52:54:00:aa:01:02' },
    ...{ server: { address, port: rack.port }, memory: 512, timeoutSeconds: 240 },
    judge: (line) => (line.includes('asked all') ? { started: line } : undefined),
    onLine: (line) => said.push(line),
  });

  expect(said.filter((line) => line.startsWith('name'))).toEqual([
    'name archive.example.com at 10.0.2.3: NXDOMAIN',
    'name archive.example.com at 192.0.2.53: NXDOMAIN',
  ]);
  expect(said.filter((line) => line.startsWith('answer'))).toEqual([
    `answer http://${address}/ the rack`,
    `answer http://${address}/ the rack`,
    `answer http://10.0.2.2:${builder.port}/ none`,
    `answer http://10.0.2.2:${rack.port}/ none`,
  ]);
});

interface Served extends AsyncDisposable {
  readonly port: number;
}

async function serve(text: string): Promise<Served> {
  const server: Server = createServer((_, response) => response.end(text));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** A kernel, and an initramfs that asks these addresses and says what they answer. */
async function smallMachine({ archive, base }: SmallRelease, urls: readonly string[]) {
  const folder = temporaryFolder();
  const [tree, image, initrd] = [join(folder, 'tree'), join(folder, 'image'), join(folder, 'initrd')];
  const wanted = ['bin', 'lib', 'lib64', 'usr/lib64', 'usr/bin/busybox', 'usr/lib/*/ld-*', 'usr/lib/*/libc.so*'];
  const words = ['-no-progress', '-dest', tree, base, ...wanted, 'usr/lib/*/libresolv.so*'] as const;
  await run(['unsquashfs', ...words], { quiet: true });
  const [package_ = ''] = globSync(join(archive, 'pool/linux-image-*-cloud-amd64_*.deb'));
  await run(['dpkg-deb', '--extract', package_, image], { quiet: true });
  const [kernel = ''] = globSync(join(image, 'boot/vmlinuz-*'));
  for (const [at, file] of (await modulesFor(['virtio_pci', 'virtio_net'], image)).entries()) {
    const name = `${String(at).padStart(2, '0')}-${basename(file)}`;
    await run(['install', '-D', file, join(tree, 'modules', name)], { quiet: true });
  }
  mkdirSync(join(tree, 'dev'));
  writeFileSync(join(tree, 'init'), init(urls));
  chmodSync(join(tree, 'init'), 0o755);
  await run(['sh', '-c', 'cd "$1" && find . | cpio --quiet -o -H newc >"$2"', 'sh', tree, initrd], { quiet: true });
  return { kernel, initrd };
}

/** The files of modules and of all that they need, in the order in which they can be loaded, by the kernel's modules.dep. */
async function modulesFor(names: readonly string[], image: string): Promise<string[]> {
  const [folder = ''] = globSync(join(image, 'lib/modules/*'));
  // A package holds no modules.dep: its script makes it where it is installed.
  await run(['depmod', '--basedir', image, basename(folder)], { quiet: true });
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').trim().split('\n');
  const found = names.map((name) => lines.find((line) => line.split(':')[0]?.endsWith(`/${name}.ko`)));
  if (found.includes(undefined)) {
    throw new Error(`${basename(folder)} has not all of ${names.join(', ')} as modules: Debian's archive has changed`);
  }
  // A line names the module, then what it needs, what is to be loaded first at its end.
  const files = found.flatMap((line = '') => line.replace(':', '').split(' ').reverse());
  return [...new Set(files)].map((file) => join(folder, file));
}

function init(urls: readonly string[]): string {
  return `#!/usr/bin/busybox sh
busybox() { /usr/bin/busybox "$@"; }
busybox mount -t devtmpfs dev /dev
for module in /modules/*; do busybox insmod "$module"; done
busybox ip link set eth0 up
busybox ip address add 10.0.2.15/24 dev eth0
for url in ${urls.join(' ')}; do
	echo "answer $url $(busybox timeout 5 /usr/bin/busybox wget -q -O - "$url" 2>/dev/null || echo none)"
done
busybox ip route add default via 10.0.2.2
for server in 10.0.2.3 192.0.2.53; do
	answer=$(busybox nslookup -type=a archive.example.com $server 2>&1 | busybox grep -o -m 1 'NXDOMAIN\\|timed out')
	echo "name archive.example.com at $server: $answer"
done
echo asked all
busybox poweroff -f
`;
}
