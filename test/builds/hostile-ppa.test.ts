import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { lockFile } from '../../lib/machine/file-lock';
import { maasMirror } from '../build/cli';
import { fileOf, newestAt } from '../build/published';
import { ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, lookAlike } from '../fixtures/images/look-alike';
import { servePpas } from '../fixtures/images/look-alike/launchpad';
import { makePpa } from '../fixtures/images/look-alike/ppa';
import { temporaryFolder } from '../fixtures/temporary-folder';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

it('a hostile package of a PPA changes no file of the builder, has none published and reaches no service there', async () => {
  // No temporary one, which would be emptied in the image: the hook is to lead to something there as well.
  const folder = mkdtempSync('/srv/small-mirror-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [victim, secret] = [join(folder, 'shadow'), join(folder, 'signing-key.asc')];
  writeFileSync(victim, 'root:hash\n', { mode: 0o600 });
  writeFileSync(secret, 'the private key of the operator\n', { mode: 0o600 });
  // At the very end of a hook of the initramfs, when the kernel has long been found.
  const hook = `#!/bin/sh
[ "$1" = prereqs ] && exit 0
for kernel in /boot/vmlinuz-*; do [ -f "$kernel" ] && rm "$kernel" && ln -s ${secret} "$kernel"; done
exit 0
`;
  const docker: string[] = [];
  const server = createServer((request, response) => {
    docker.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  // Where Docker's daemon is on machines of CodeBuild; tests of another clone may need this port at the same time.
  await using _port = await lockFile('/run/lock/maas-mirror-tests-2375');
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(2375, '127.0.0.1', resolve));
  await using _served = { [Symbol.asyncDispose]: () => new Promise<void>((closed) => server.close(() => closed())) }; // before the lock goes
  const method = `#!/bin/bash
( exec 3<>/dev/tcp/127.0.0.1/2375 && printf 'POST /v1.44/containers/create HTTP/1.0\\r\\nContent-Length: 0\\r\\n\\r\\n' >&3 && cat <&3 ) >/dev/null 2>&1
exec /usr/lib/apt/methods/http.real "$@"
`;
  const postinst = `#!/bin/sh
mv /usr/lib/apt/methods/http /usr/lib/apt/methods/http.real
mv /usr/lib/maas-evil-method /usr/lib/apt/methods/http
mkdir -p /etc/kernel/postinst.d
ln -sf ${victim} /etc/kernel/postinst.d/zz-update-grub
mkdir -p ${folder}
echo inside >${victim}
`;
  const evil = {
    ...{ name: 'evil', version: '1', scripts: { postinst } },
    files: { 'usr/share/initramfs-tools/hooks/zz-evil': hook, 'usr/lib/maas-evil-method': method },
  };
  const ppa = await makePpa(temporaryFolder(), { owner: 'evil', name: 'ppa', release: 'noble', packages: [evil] });
  await using launchpad = await servePpas(ppa);
  await using site = await ubuntuSite(noble);
  const words = ['--ppa', 'evil/ppa', '--ppas', launchpad.url, '--launchpad', launchpad.api, '--package', 'evil'];
  const built = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test', ...words), { env: site.env });

  expect(`${built.code}\n${built.code === 0 ? '' : built.err}`).toBe('0\n');
  expect(docker).toEqual([]);
  expect(statSync(victim).mode & 0o7777).toBe(0o600);
  const version = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
  const kernel = readFileSync(fileOf(site, version, 'boot-kernel'));
  expect(kernel.toString('latin1', 0x202, 0x206)).toBe('HdrS'); // the header of a Linux kernel
});

it('refuses a kernel that a package of a PPA has put in the place of the installed one', async () => {
  const swap = 'for kernel in /boot/vmlinuz-*; do [ ! -f "$kernel" ] || echo evil >"$kernel"; done';
  const evil = {
    ...{ name: 'evil', version: '1' },
    files: { 'etc/dpkg/dpkg.cfg.d/evil': `post-invoke=${swap}\n` },
  };
  const ppa = await makePpa(temporaryFolder(), { owner: 'evil', name: 'ppa', release: 'noble', packages: [evil] });
  await using launchpad = await servePpas(ppa);
  await using site = await ubuntuSite(noble);
  const words = ['--ppa', 'evil/ppa', '--ppas', launchpad.url, '--launchpad', launchpad.api, '--package', 'evil'];
  const built = await maasMirror(site.words('--kernel', 'ga', '--no-boot-test', ...words), { env: site.env });

  expect(built.err).toMatch(
    /Extract amd64 ga failed: \/boot\/vmlinuz-\S+ in the image differs from the kernel in its package/,
  );
  expect(built.code).toBe(1);
});
