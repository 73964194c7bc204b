import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyInProcess } from '../../../lib/simplestreams/openpgp/openpgp-verify';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { bringCloudImage } from '../../../lib/stages/base/bring-cloud-image';
import { type FindOptions, findCloudImage, type SourceImage } from '../../../lib/stages/streams/find-cloud-image';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveTroubled, type Trouble, type TroubledServer } from '../../fixtures/servers/troubled-server';
import { publishCloudImages, type StreamImage } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const image = randomBytes(300_000);
const manifest = Buffer.from('cloud-init\t24.1\nlibc6:amd64\t2.39\n');
const compression = { name: 'lz4' } as const;
const quick = { waits: [0, 0], silenceMs: 3_600_000 };
const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const noble: StreamImage = {
  ...{ release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261120' },
  ...{ squashfs: image, manifest },
};

let signer: Signer;
let other: Signer;
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner('small stream'), smallSigner('somebody else')]);
});
beforeEach(() => void vi.spyOn(process.stdout, 'write').mockReturnValue(true)); // the log of the build
afterEach(() => void vi.restoreAllMocks());

/** A stream in a folder, served until the scope ends. */
async function streaming(options: {
  readonly layout?: 'daily' | 'releases';
  readonly images?: readonly StreamImage[];
  readonly troubleOf?: (path: string, before: number) => Trouble;
}) {
  const { layout = 'daily', images = [noble], troubleOf = () => ({}) } = options;
  const folder = temporaryFolder();
  await publishCloudImages(folder, { layout, signer, images });
  const server = await serveTroubled(folder, ({ path, before }) => troubleOf(path, before));
  return { folder, ...server };
}

function finding(server: Pick<TroubledServer, 'address'>, options: Partial<FindOptions> = {}): Promise<SourceImage> {
  const scratch = temporaryFolder();
  const keyring = join(scratch, 'given.gpg');
  writeFileSync(keyring, signer.keyring);
  const wanted = { stream: server.address, release: 'noble', version: '24.04', architecture: 'amd64' };
  return findCloudImage({ ...wanted, keyring, scratch, network: {}, ...quick, ...options });
}

const bringing = (found: SourceImage, scratch = temporaryFolder(), cache = join(temporaryFolder(), 'cache')) =>
  bringCloudImage(found, { scratch, cache, network: {}, compression, ...quick });

describe('findCloudImage', () => {
  it.each([
    ['daily', 'com.ubuntu.cloud.daily:server:24.04:amd64', 'server/noble/20261120/noble-server-cloudimg-amd64'],
    [
      'releases',
      'com.ubuntu.cloud:server:24.04:amd64',
      'server/releases/noble/release-20261120/ubuntu-24.04-server-cloudimg-amd64',
    ],
  ] as const)('finds the newest image in a signed stream like %s', async (layout, product, path) => {
    const older = { ...noble, serial: '20261119', squashfs: randomBytes(9) };
    await using server = await streaming({ layout, images: [noble, older] });

    expect(await finding(server)).toEqual({
      product,
      serial: '20261120',
      squashfs: { url: `${server.address}${path}.squashfs`, sha256: sha256Of(image), size: image.length },
      manifest: {
        url: `${server.address}${path}.squashfs.manifest`,
        sha256: sha256Of(manifest),
        size: manifest.length,
      },
    });
  });

  it('finds a serial that is named, and a newer one when there is one', async () => {
    await using server = await streaming({});
    const newer = { ...noble, serial: '20261120.1', squashfs: randomBytes(9) };
    await publishCloudImages(server.folder, { layout: 'daily', signer, images: [newer] });

    expect((await finding(server)).serial).toBe('20261120.1');
    expect((await finding(server, { serial: '20261120' })).squashfs?.sha256).toBe(sha256Of(image));
    await expect(finding(server, { serial: '20260101' })).rejects.toMatchObject({
      name: 'BadInput',
      message: `no image 20260101 of noble (24.04) amd64 in ${server.address}; the stream has 20261120.1, 20261120`,
    });
  });

  it.each([
    'streams/v1/index.sjson',
    'streams/v1/com.ubuntu.cloud:daily:download.sjson',
  ])('takes the address of a document, %s', async (path) => {
    await using server = await streaming({});
    const found = await finding(server, { stream: `${server.address}${path}` });
    expect(found.serial).toBe('20261120');
    expect(server.requests[0]?.path).toBe(`/${path}`);
  });

  it('takes a keyring that is armoured', async () => {
    await using server = await streaming({});
    const keyring = join(temporaryFolder(), 'keyring.asc');
    writeFileSync(keyring, signer.armouredKeyring);
    expect((await finding(server, { keyring })).serial).toBe('20261120');
  });

  it.each(['index', 'com.ubuntu.cloud:daily:download'])('refuses a stream whose %s is not signed', async (name) => {
    await using server = await streaming({});
    const path = join(server.folder, `streams/v1/${name}`);
    writeFileSync(`${path}.sjson`, readFileSync(`${path}.json`, 'utf8').replaceAll('.json', '.sjson'));

    await expect(finding(server)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining(`${server.address}streams/v1/${name}.sjson`),
    });
  });

  it.each([
    'index',
    'com.ubuntu.cloud:daily:download',
  ])('refuses a stream whose %s another key signed', async (name) => {
    await using server = await streaming({});
    const changed = temporaryFolder();
    await publishCloudImages(changed, { layout: 'daily', signer: other, images: [noble] });
    const path = `streams/v1/${name}.sjson`;
    writeFileSync(join(server.folder, path), readFileSync(join(changed, path)));

    await expect(finding(server)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('No public key'),
    });
  });

  it('refuses a stream of which one word was changed', async () => {
    await using server = await streaming({});
    const path = join(server.folder, 'streams/v1/com.ubuntu.cloud:daily:download.sjson');
    const changed = sha256Of(randomBytes(1));
    writeFileSync(path, readFileSync(path, 'utf8').replace(sha256Of(image), changed));
    expect(readFileSync(path, 'utf8')).toContain(changed);

    await expect(finding(server)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringContaining('BAD signature'),
    });
  });

  it('refuses an index that leads to documents without a signature', async () => {
    await using server = await streaming({});
    const path = join(server.folder, 'streams/v1/index');
    const plain = readFileSync(`${path}.json`, 'utf8');
    writeFileSync(`${path}.sjson`, await signer.clearsign(plain, new Date('2026-11-20T05:00:00Z')));

    await expect(finding(server)).rejects.toMatchObject({
      name: 'BadFormat',
      message: expect.stringContaining('which is not signed (.sjson)'),
      hint: 'report it to the publisher of the stream',
    });
  });

  it('refuses an unsigned document and a missing keyring before it asks for anything', async () => {
    await using server = await streaming({});
    const start = `${server.address}streams/v1/index.sjson`;
    const refusals: [Partial<FindOptions>, message: unknown, hint: string][] = [
      [
        { stream: `${server.address}streams/v1/index.json` },
        `${server.address}streams/v1/index.json is not signed`,
        'give its signed form, which ends in .sjson: images are built only from signed streams',
      ],
      [
        { keyring: undefined },
        `no keyring to verify ${start} with`,
        'give the path of a keyring with the key that signs the stream',
      ],
      [
        { keyring: '/no/such/keyring.gpg' },
        expect.stringMatching(/^the keyring \/no\/such\/keyring\.gpg cannot be read: /),
        'give the path of a keyring file, binary (`gpg --export`) or armoured',
      ],
    ];
    for (const [options, message, hint] of refusals) {
      await expect(finding(server, options)).rejects.toMatchObject({ name: 'BadInput', message, hint, misuse: true });
    }
    expect(server.requests).toEqual([]);
  });

  it('refuses an address where no stream is', async () => {
    await using server = await streaming({});
    const stream = `${server.address}elsewhere`;
    await expect(finding(server, { stream })).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: `no stream at ${stream}/streams/v1/index.sjson (404)`,
      hint: 'give the address of a stream, such as https://cloud-images.ubuntu.com/daily/',
    });
  });

  it('refuses an index that is longer than 16 MiB, and documents than 256, unless told, before it looks for a signature', async () => {
    await using server = await streaming({});
    const index = join(server.folder, 'streams/v1/index.sjson');
    const stream = `${server.address}streams/v1/com.ubuntu.cloud:daily:download.sjson`;
    const length = readFileSync(index).length;
    const tooLong = (bytes: number) => ({ name: 'DownloadFailed', message: expect.stringContaining(`than ${bytes} `) });

    await expect(finding(server, { mostOfIndex: length - 1 })).rejects.toMatchObject(tooLong(length - 1));
    expect((await finding(server, { mostOfIndex: length })).serial).toBe('20261120');
    await expect(finding(server, { stream, most: 1000 })).rejects.toMatchObject(tooLong(1000));
    await expect(finding(server, { most: 1000 })).rejects.toMatchObject(tooLong(1000));
    expect((await finding(server, { stream, mostOfIndex: 1000 })).serial).toBe('20261120');
    writeFileSync(index, Buffer.alloc(16 * 1024 * 1024 + 1));
    await expect(finding(server)).rejects.toMatchObject(tooLong(16_777_216));
  });
});

describe.each<[string, Partial<FindOptions>]>([
  ['gpgv', {}],
  ['openpgp.js, where there is no gpgv', { verify: (file, keyring) => verifyInProcess(file, keyring, new Date()) }],
])('findCloudImage, verifying with %s', (who, options) => {
  beforeEach(() => {
    if (who !== 'gpgv') vi.stubEnv('PATH', '/nowhere');
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('finds an image', async () => {
    await using server = await streaming({});
    expect(await finding(server, options)).toMatchObject({ serial: '20261120' });
  });

  it.each(['index', 'com.ubuntu.cloud:daily:download'])('refuses a changed %s, and tells its address', async (name) => {
    await using server = await streaming({});
    const path = join(server.folder, `streams/v1/${name}.sjson`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"updated": "', '"updated": " '));
    await expect(finding(server, options)).rejects.toMatchObject({
      name: 'BadSignature',
      message: expect.stringMatching(
        new RegExp(`^${server.address}streams/v1/${name}\\.sjson: (bad signature of|the signature is not valid: )`),
      ),
      hint: 'it was changed in transit (by a proxy?), it is not a signed document, or the keyring does not contain its key; it was not used',
    });
  });

  it('refuses a stream of another key', async () => {
    await using server = await streaming({});
    const keyring = join(temporaryFolder(), 'other.gpg');
    writeFileSync(keyring, other.keyring);
    await expect(finding(server, { ...options, keyring })).rejects.toMatchObject({ name: 'BadSignature' });
  });
});

describe('bringCloudImage', () => {
  it('refuses an image of which the stream has nothing to unpack', async () => {
    const found = { product: 'com.ubuntu.cloud.daily:server:24.04:amd64', serial: '20261120' };

    await expect(bringing(found)).rejects.toMatchObject({
      name: 'NotReady',
      message: 'com.ubuntu.cloud.daily:server:24.04:amd64 20261120 has neither a squashfs nor a root tarball',
    });
  });

  it('brings the very squashfs and its manifest, once', async () => {
    await using server = await streaming({});
    const found = await finding(server);
    const [scratch, cache] = [temporaryFolder(), join(temporaryFolder(), 'cache')];

    const brought = await bringing(found, scratch, cache);
    const again = await bringing(found, temporaryFolder(), cache);

    expect(brought).toEqual({
      serial: '20261120',
      squashfs: join(scratch, 'base.squashfs'),
      manifest: join(scratch, 'squashfs.manifest'),
      source: {
        product: 'com.ubuntu.cloud.daily:server:24.04:amd64',
        url: found.squashfs?.url,
        sha256: sha256Of(image),
      },
    });
    for (const { squashfs, manifest: file } of [brought, again]) {
      expect(readFileSync(squashfs).equals(image)).toBe(true);
      expect(readFileSync(file)).toEqual(manifest);
    }
    const paths = server.requests.map(({ path }) => path).filter((path) => !path.startsWith('/streams/'));
    expect(paths.sort()).toEqual([...new Set(paths)]);
  });

  it('goes on after a cut', async () => {
    const cut = (path: string, before: number) => (/\.squashfs$/.test(path) && before === 0 ? { cutAt: 70_000 } : {});
    await using server = await streaming({ troubleOf: cut });

    const { squashfs } = await bringing(await finding(server));

    expect(readFileSync(squashfs).equals(image)).toBe(true);
    const asked = server.requests.filter(({ path }) => path.endsWith('.squashfs'));
    expect(asked.map(({ from }) => from)).toEqual([0, 70_000]);
  });

  it.each<[string, Trouble | Buffer]>([
    ['with one changed byte', { changeAt: 150_000 }],
    ['that was cut', image.subarray(0, -1)],
    ['of another size', Buffer.concat([image, Buffer.from('x')])],
    ['that is not there yet', { status: 404 }],
  ])('refuses an image %s, and leaves nothing of it: not ready', async (_, trouble) => {
    const isFile = Buffer.isBuffer(trouble);
    const troubleOf = (path: string) => (!isFile && path.endsWith('.squashfs') ? trouble : {});
    await using server = await streaming({ troubleOf });
    const found = await finding(server);
    if (isFile) writeFileSync(join(server.folder, new URL(found.squashfs?.url ?? '').pathname), trouble);
    const scratch = temporaryFolder();

    await expect(bringing(found, scratch)).rejects.toMatchObject({
      name: 'NotReady',
      message: expect.stringContaining(found.squashfs?.url ?? '?'),
      hint: expect.stringContaining('run the build again later'),
    });
    expect(readdirSync(scratch)).toEqual([]);
  });

  describe('of a small root file system', () => {
    let root: string;
    let made: { squashfs: string; tarball: string };
    beforeAll(() => {
      root = execFileSync('mktemp', ['--directory'], { encoding: 'utf8' }).trim();
      made = makeRoot(root);
      return () => rmSync(root, { recursive: true });
    });

    it('makes a squashfs of the root tarball where there is none, with owners, modes and capabilities', async () => {
      const { squashfs: _, ...bare } = noble;
      await using server = await streaming({ images: [{ ...bare, rootTarball: made.tarball }] });
      const found = await finding(server);

      const brought = await bringing(found);
      const again = await bringing(found);

      const listing = execFileSync('unsquashfs', ['-lln', brought.squashfs], { encoding: 'utf8' });
      expect(listing).toMatch(/-rwsr-xr-x 1234\/4321 .* squashfs-root\/ping/);
      const unpacked = join(temporaryFolder(), 'unpacked');
      execFileSync('unsquashfs', ['-quiet', '-no-progress', '-dest', unpacked, brought.squashfs]);
      expect(execFileSync('getcap', [join(unpacked, 'ping')], { encoding: 'utf8' })).toContain('cap_net_raw=ep');
      expect(readFileSync(brought.squashfs).readUInt32LE(8)).toBe(Date.parse('2026-11-20T00:00:00Z') / 1000);
      expect(readFileSync(again.squashfs).equals(readFileSync(brought.squashfs))).toBe(true);
      expect(readFileSync(brought.manifest)).toEqual(manifest);
      expect(brought.source).toMatchObject({ url: found.rootTarball?.url, sha256: found.rootTarball?.sha256 });
    });

    it.each(['squashfs', 'tarball'] as const)('reads the manifest from a %s that has none', async (kind) => {
      const { squashfs: _, manifest: __, ...bare } = noble;
      const file = kind === 'squashfs' ? { squashfs: made.squashfs } : { rootTarball: made.tarball };
      await using server = await streaming({ images: [{ ...bare, ...file }] });

      const brought = await bringing(await finding(server));

      expect(readFileSync(brought.manifest, 'utf8')).toBe('small\t1.0-1\n');
      expect(existsSync(brought.squashfs)).toBe(true);
    });
  });
});

/** A tree with a program that has owner, mode and capability of its own, and one package; packed in both ways. */
function makeRoot(folder: string): { squashfs: string; tarball: string } {
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(
    join(tree, 'var/lib/dpkg/status'),
    'Package: small\nStatus: install ok installed\nMaintainer: nobody\nArchitecture: all\nVersion: 1.0-1\nDescription: small\n',
  );
  const ping = join(tree, 'ping');
  writeFileSync(ping, '#!/bin/sh\n');
  execFileSync('chown', ['1234:4321', ping]);
  chmodSync(ping, 0o4755);
  execFileSync('setcap', ['cap_net_raw=ep', ping]);
  const [squashfs, tarball] = [join(folder, 'root.squashfs'), join(folder, 'root.tar.xz')];
  execFileSync('mksquashfs', [tree, squashfs, '-quiet', '-no-progress']);
  execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-C', tree, '-cJf', tarball, '.']);
  return { squashfs, tarball };
}
