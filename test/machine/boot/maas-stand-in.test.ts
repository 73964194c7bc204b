import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, vi } from 'vitest';
import { grubImageCommand, makeGrubImage } from '../../../lib/machine/boot/grub-image';
import { maasCommandLine, preseedPath, rackPath } from '../../../lib/machine/boot/kernel-command-line';
import { startStandIn } from '../../../lib/machine/boot/maas-stand-in';
import { temporaryFolder } from '../../fixtures/temporary-folder';

async function read(port: number, path: string) {
  const [answer] = (await once(get({ port, path, host: '127.0.0.1', agent: false }), 'response')) as [IncomingMessage];
  const { statusCode, headers } = answer;
  return { status: statusCode, headers, body: await text(answer) };
}

const given = { userData: '#cloud-config\nruncmd: []\n', address: '10.0.2.100:5248' };

it('serves an image by its path, with its size', async () => {
  const file = join(temporaryFolder(), 'squashfs');
  writeFileSync(file, 'an image');
  await using rack = await startStandIn({ ...given, images: { '/images/squashfs': file } });
  expect(await read(rack.port, '/images/squashfs')).toMatchObject({
    ...{ status: 200, headers: { 'content-length': '8' }, body: 'an image' },
  });
});

it('serves what cloud-init asks a MAAS for, and notes it', async () => {
  await using rack = await startStandIn({ ...given, images: {} });
  const service = '/MAAS/metadata/enlist/2012-03-01';
  const preseed =
    '#cloud-config\n{"datasource":{"MAAS":{"metadata_url":"http://10.0.2.100:5248/MAAS/metadata/enlist","timeout":30}},"ssh_genkeytypes":["ed25519"]}\n';
  const texts = {
    [preseedPath]: preseed,
    [`${service}/meta-data/instance-id`]: 'maas-mirror-boot-test',
    [`${service}/meta-data/local-hostname`]: 'maas-enlist',
    [`${service}/user-data`]: given.userData,
  };
  for (const [path, body] of Object.entries(texts)) {
    const answer = await read(rack.port, path);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' }, body });
  }
  expect(await read(rack.port, `${service}/`)).toMatchObject({ status: 404, body: 'not found\n' });
  expect(rack.requests).toEqual([...Object.keys(texts), `${service}/`]);
});

it('breaks off where an image cannot be read, and serves others then', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder'));
  const images = { '/missing': join(folder, 'missing'), '/folder': join(folder, 'folder') };
  await using rack = await startStandIn({ ...given, images });
  for (const path of Object.keys(images))
    await expect(read(rack.port, path)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await read(rack.port, '/other')).toMatchObject({ status: 404 });
});

it('is gone with its scope', async () => {
  const rack = await startStandIn({ ...given, images: {} });
  await rack[Symbol.asyncDispose]();
  await expect(read(rack.port, preseedPath)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('is what the command line of MAAS leads to', () => {
  const options = { release: ['r=1'], architecture: ['a=1'] };
  const line = maasCommandLine({
    ...{ rack: '10.0.2.100:5248', squashfs: '/images/s', mac: '52:54:00:aa:01:02', console: 'ttyS0', options },
  });
  expect(line).toBe(
    [
      'nomodeset root=squash:http://10.0.2.100:5248/images/s ip=::::maas-enlist:BOOTIF:dhcp ip6=off',
      "cc:{'datasource_list': ['MAAS']}end_cc",
      'cloud-config-url=http://10.0.2.100:5248/MAAS/metadata/latest/enlist-preseed/?op=get_enlist_preseed',
      'ro overlayroot=tmpfs overlayroot_cfgdisk=disabled r=1 log_host=10.0.2.100 log_port=5247 a=1',
      'console=ttyS0 BOOTIF=01-52-54-00-aa-01-02',
    ].join(' '),
  );
  const image = { sha256: '0123456789abcdef', os: 'ubuntu', architecture: 'amd64', subarch: 'generic' };
  expect(rackPath({ ...image, release: 'noble', view: 'stable' })).toBe(
    '/images/0123456/ubuntu/amd64/generic/noble/stable/squashfs',
  );
});

it('makes a GRUB that needs no file but itself', async () => {
  const folder = temporaryFolder();
  const options = { format: 'powerpc-ieee1275', folder: '/grub', modules: ['tftp', 'linux'], config: '/c.cfg' };
  expect(grubImageCommand('/image', options)).toEqual([
    ...['grub-mkimage', '--format=powerpc-ieee1275', '--directory=/grub', '--prefix=', '--config=/c.cfg'],
    ...['--output=/image', 'tftp', 'linux'],
  ]);
  vi.stubEnv('PATH', folder);
  const made = makeGrubImage('/image', options).finally(() => vi.unstubAllEnvs());
  await expect(made).rejects.toMatchObject({
    name: 'MissingTool',
    message: 'grub-mkimage is not installed',
  });
});
