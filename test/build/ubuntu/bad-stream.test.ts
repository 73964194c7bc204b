import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LookAlike, lookAlike } from '../../fixtures/images/look-alike';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { maasMirror } from '../cli';
import { fetchInProcess } from './in-process';
import { type UbuntuSite, ubuntuSite } from './ubuntu-site';
import '../../fixtures/needs-minutes';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

describe('a stream that is not what it says', () => {
  const refused = async (site: UbuntuSite) => {
    const { code, err, out } = await maasMirror(site.words('--kernel', 'ga'), { env: site.env });
    expect(existsSync(join(site.mirror, 'candidate/streams'))).toBe(false);
    return { code, err, out };
  };

  it('is not ready where it names a file that is not there yet, which has an exit code of its own', async () => {
    await using site = await ubuntuSite(noble);
    await site.offer('20261121');
    rmSync(join(site.stream, 'server/noble/20261121'), { recursive: true });

    const { code, err, out } = await refused(site);

    expect(err).toMatch(/Fetch amd64 failed: .* is missing \(404\) although the stream lists it/);
    expect(out).toMatch(/✗ noble: nothing was published: upstream is mid-update; try again later/);
    expect({ code, pool: existsSync(join(site.mirror, 'pool')) }).toEqual({ code: 3, pool: false });
  });

  it.each([
    ['has one byte changed', withOtherByte, /squashfs does not have the sha256 [0-9a-f]{64} listed in the stream/],
    ['is cut short', (bytes: Buffer) => bytes.subarray(0, -1), /squashfs has \d+ bytes, but the stream lists \d+/],
    ['is longer', (bytes: Buffer) => Buffer.concat([bytes, bytes]), /squashfs has \d+ bytes, but the stream lists \d+/],
  ] as const)('is refused as not ready, too, where its squashfs %s', async (_, spoil, message) => {
    await using site = await ubuntuSite(noble);
    const file = join(site.stream, 'server/noble/20261120/noble-server-cloudimg-amd64.squashfs');
    writeFileSync(file, spoil(readFileSync(file)));

    await expect(fetchInProcess(noble, site.sources())).rejects.toMatchObject({
      name: 'NotReady',
      message: expect.stringMatching(message),
    });
  });

  it('is refused where somebody else has signed it', async () => {
    await using site = await ubuntuSite(noble);
    const other = await smallSigner('somebody else');
    const image = { release: 'noble', version: '24.04', architecture: 'amd64', serial: '20261122' };
    await publishCloudImages(site.stream, {
      layout: 'daily',
      signer: other,
      images: [{ ...image, squashfs: noble.squashfs }],
    });

    const { code, err } = await refused(site);

    expect(err).toMatch(/Plan failed: .* signature/);
    expect(code).toBe(1);
  });

  it('is refused where it does not have the serial that is asked for, and says which it has', async () => {
    await using site = await ubuntuSite(noble);
    const { code, err } = await maasMirror(site.words('--kernel', 'ga', '--serial', '20200101'), { env: site.env });

    expect(err).toMatch(/Plan failed: .*20200101.*20261120/);
    expect(code).toBe(1);
  });
});

/** In the middle, of which no header tells. */
function withOtherByte(bytes: Buffer): Buffer {
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes;
}
