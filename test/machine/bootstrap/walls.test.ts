import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { machineAptOptions } from '../../../lib/machine/apt/apt';
import { bootstrap } from '../../../lib/machine/bootstrap/bootstrap';
import { openGateway } from '../../../lib/machine/gateway/gateway';
import { debianSuite } from '../../fixtures/archives/debian-repositories';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';
import { type HostileArchive, hostileArchive } from '../../fixtures/trees/hostile/bootstrapped';
import { recentEnough } from './recent-enough';

it('lets nothing of a package work outside the walls while a tree is made', async () => {
  const [folder, name] = [temporaryFolder(), `evil-${randomUUID()}`];
  const file = join(folder, 'secret');
  writeFileSync(file, 'of the builder');
  await using service = await listening();
  const builder = { port: service.port, file, name };
  const usesLink = followsLinks();
  if (!usesLink) {
    await expect(bootstrapped(await hostileArchive(builder))).rejects.toThrow(`way/${name}: Cannot open`);
    expect(existsSync(join('/tmp', name))).toBe(false);
  }
  const hostile = await hostileArchive(builder, { usesLink });

  const tree = await bootstrapped(hostile);

  const said = new Set(readFileSync(join(tree, hostile.loot), 'utf8').trim().split('\n'));
  const kinds = ['mnt', 'pid', 'net', 'ipc'];
  const spaces = [...said].filter((line) => kinds.includes(line.split(' ')[1] ?? ''));
  expect(new Set([...said].filter((line) => !spaces.includes(line)))).toEqual(
    new Set(hostile.probes.map((probe) => `${probe}: ${keptCapabilities}`)),
  );
  const ofBuilder = kinds.map((kind) => readlinkSync(`/proc/self/ns/${kind}`));
  expect(spaces.filter((line) => ofBuilder.some((space) => line.endsWith(space)))).toEqual([]);
  expect(spaces.length).toBeGreaterThanOrEqual(kinds.length * hostile.probes.length);
  expect(existsSync(join('/tmp', name))).toBe(false);
  const sources = readFileSync(join(tree, 'etc/apt/sources.list.d/0000main.sources'), 'utf8');
  const named = sources.match(/^Signed-By: .*$/gm)?.filter((line) => !line.endsWith('/debian-archive-keyring.gpg'));
  expect(named).toEqual(['Signed-By: /etc/own.gpg']); // not where it is on this machine
});

/** A tree that is made with all packages of an archive. */
async function bootstrapped({ ppa: { keyring, release, archive }, package: name }: HostileArchive): Promise<string> {
  const [folder, lists] = [temporaryFolder(), temporaryFolder()];
  const tree = join(folder, 'tree');
  await using served = await serveArchive(archive);
  const debian = await debianSuite();
  const repositories = [
    debian,
    { uri: served.url, suite: release, components: ['main'], keyring, signedBy: '/etc/own.gpg' },
  ];
  const aptOptions = await machineAptOptions();
  const mmdebstrap = join(folder, 'given-mmdebstrap'); // as where this machine's is too old
  writeFileSync(mmdebstrap, readFileSync((await recentEnough()) ?? '/usr/bin/mmdebstrap'), { mode: 0o644 });
  await using gateway = await openGateway(repositories, {}, folder, { aptOptions });
  await bootstrap(tree, {
    ...{ release, architecture: 'amd64', packages: [name], lists, tools: 'buildspecs' },
    ...{ repositories, aptOptions, gateway, mmdebstrap },
  });
  return tree;
}

/** Whether tar follows a link that leads out of the tree; Ubuntu's does not since updates of 2025 for CVE-2025-45582. */
function followsLinks(): boolean {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  const [packed, tree] = [join(folder, 'packed'), join(folder, 'tree')];
  mkdirSync(join(packed, 'way'), { recursive: true });
  writeFileSync(join(packed, 'way/file'), '');
  mkdirSync(tree);
  symlinkSync(outside, join(tree, 'way'));
  const packing = ['--create', '--file', join(folder, 'a.tar'), '--directory', packed, 'way/file'];
  execFileSync('tar', packing);
  spawnSync('tar', ['--extract', '--file', join(folder, 'a.tar'), '--directory', tree, '--keep-directory-symlink']);
  return existsSync(join(outside, 'file'));
}

/** chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, sys_chroot, audit_write, setfcap */
const keptCapabilities = '00000000a00401fb';

async function listening(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())) };
}
