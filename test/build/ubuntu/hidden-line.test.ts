import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { programOfDebian } from '../../fixtures/programs/program-of-debian';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { hideLine } from '../../fixtures/streams/hidden-line';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { maasMirror } from '../cli';

it('refuses a stream with a text that gpgv does not read, though gpgv takes the signature, before a build begins', async () => {
  const [folder, signer] = [temporaryFolder(), await smallSigner('cloud images')];
  const [stream, mirror, keyring] = ['stream', 'mirror', 'stream.gpg'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(keyring, signer.keyring);
  const image = { release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261120' };
  await publishCloudImages(stream, { layout: 'daily', signer, images: [{ ...image, squashfs: Buffer.from('x') }] });
  hideLine(stream, 'com.ubuntu.cloud:daily:download', ' ');
  const document = join(stream, 'streams/v1/com.ubuntu.cloud:daily:download.sjson');
  // That of Ubuntu 24.04 (2.4.4) refuses it itself.
  const gpgv = join(await programOfDebian('bookworm', 'gpgv'), 'gpgv');
  execFileSync(gpgv, ['--keyring', keyring, '--', document], { stdio: 'ignore' });
  await using server = await serveArchive(stream);

  const words = ['build', 'noble', '--arch', 'amd64', '--no-bootloaders', '--no-boot-test', '--mirror', mirror];
  const sources = ['--stream', server.url, '--stream-keyring', keyring, '--archive', server.url, '--ports', server.url];
  const { code, err } = await maasMirror([...words, ...sources], { env: { XDG_DATA_HOME: join(folder, 'data') } });

  expect(err).toMatch(
    /^Plan failed: .*download\.sjson: the signature is not valid: line \d+ is longer than gpgv reads/m,
  );
  expect(code).toBe(1);
  expect(server.requests.filter((path) => path.startsWith('/server/'))).toEqual([]);
  expect(existsSync(join(mirror, 'candidate'))).toBe(false);
});
