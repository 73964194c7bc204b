import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ReleasesOptions, runReleases } from '../../../bin/commands/releases';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { environment } from '../../fixtures/aws/fake-aws';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { publishCloudImages } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner('stream');
});

const now = new Date('2026-11-29T12:00:00Z');
const csv = `version,codename,series,created,release,eol,eol-server,eol-esm
17.10,Artful Aardvark,artful,2017-04-21,2017-10-19,2018-07-19
24.04 LTS,Noble Numbat,noble,2023-10-12,2024-04-25,2029-05-31,2029-05-31,2034-04-25
27.04,Zany Zebra,zany,2026-10-15,2027-04-22,2028-01-20
`;

async function listed(options: ReleasesOptions = {}, distroInfo = '') {
  const terminal = keptTerminal();
  expect(await runReleases(options, terminal, { now, distroInfo })).toBe(0);
  return terminal;
}

async function rows(options: ReleasesOptions = {}, distroInfo = '') {
  const { outLines } = await listed({ ...options, json: true }, distroInfo);
  return JSON.parse(outLines.join('\n')) as { readonly release: string; readonly source: string }[];
}

describe('the releases that can be built', () => {
  it('are those of the catalogue, with what marks them', async () => {
    const { outLines } = await listed();

    expect(outLines).toHaveLength(18);
    expect(outLines[0]).toMatch(/^RELEASE +VERSION +NAME +SUPPORT +FROM +ARCHITECTURES +FLAVOURS$/);
    const lineOf = (name: string) => outLines.find((line) => line.startsWith(`${name} `));
    expect(lineOf('xenial')).toMatch(/^xenial +16.04 LTS +Xenial Xerus +ended 2026-04-23 +catalogue +amd64,arm64,/);
    expect(lineOf('focal')).toMatch(/ extended until 2030-04-23 /);
    expect(lineOf('resolute')).toMatch(
      / until 2031-05-29 +catalogue +amd64,arm64,armhf,ppc64el,s390x +ga,hwe,hwe-edge$/,
    );
    expect(lineOf('stonking')).toMatch(/^stonking +26.10 +Stonking Stingray +until 2027-07-15 /);
  });

  it('are those of this machine’s distro-info-data that are newer, too', async () => {
    const all = await rows({}, csv);

    expect(all.map(({ release }) => release).slice(-3)).toEqual(['stonking', 'zany', 'bookworm']);
    expect(all.find(({ release }) => release === 'zany')).toEqual({
      release: 'zany',
      os: 'ubuntu',
      version: '27.04',
      title: '27.04',
      codename: 'Zany Zebra',
      architectures: ['amd64', 'arm64', 'armhf', 'ppc64el', 's390x'],
      kernels: ['ga'],
      source: 'distro-info',
      support: 'standard',
      supportEol: '2028-01-20',
      supportEsmEol: '2028-01-20',
    });
  });

  it('are those of a stream and of a mirror.yaml, too, by all that these say', async () => {
    const folder = temporaryFolder();
    const image = { architecture: 'amd64', serial: '20270401', squashfs: Buffer.from('x') };
    const images = [
      { ...image, release: 'zany', version: '27.04' },
      { ...image, release: 'noble', version: '24.04' },
      { ...image, release: 'odd', version: '27.10', fields: { release_title: 'Odd' } },
    ];
    await publishCloudImages(folder, { layout: 'daily', signer, images });
    await using server = await serveArchive(folder);
    writeFileSync(join(folder, 'stream.gpg'), signer.keyring);
    const config = join(folder, 'mirror.yaml');
    writeFileSync(
      config,
      `views: {}\nsources: { stream: "${server.url}", streamKeyring: stream.gpg }
catalogue: { releases: { zany: { codename: Zany Zebrafish }, lucky: { version: "28.04" }, nobody: { codename: Nobody } } }\n`,
    );

    const terminal = await listed({ stream: true, config, json: true }, csv);
    const all = JSON.parse(terminal.outLines.join('\n')) as object[];
    expect(all).toHaveLength(19);
    expect(all).toContainEqual(
      expect.objectContaining({
        release: 'zany',
        codename: 'Zany Zebrafish',
        architectures: ['amd64'],
        source: 'mirror.yaml and stream and distro-info',
      }),
    );
    expect(all).toContainEqual(
      expect.objectContaining({ release: 'lucky', kernels: ['ga', 'hwe', 'hwe-edge'], source: 'mirror.yaml' }),
    );
    expect(all).toContainEqual(expect.objectContaining({ release: 'noble', source: 'catalogue' }));
    expect(terminal.errLines).toEqual([
      expect.stringMatching(/^skipped odd: release_title of .* \(stream\)$/),
      'skipped nobody: its version is unknown (mirror.yaml)',
    ]);

    const given = { stream: server.url, streamKeyring: join(folder, 'stream.gpg') };
    expect((await rows(given)).find(({ release }) => release === 'zany')?.source).toBe('stream');
  });

  it('refuses to read a stream where temporary files cannot be kept', async () => {
    environment({ TMPDIR: '/no/such/folder' });
    await expect(listed({ stream: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      name: 'BadInput',
      message: 'cannot use /no/such/folder for temporary files: it does not exist',
    });
  });

  it('refuses a stream that is not signed by the keyring', async () => {
    const folder = temporaryFolder();
    const images = [{ release: 'zany', version: '27.04', architecture: 'amd64', serial: '20270401' }];
    await publishCloudImages(folder, { layout: 'daily', signer, images });
    await using server = await serveArchive(folder);
    await expect(listed({ stream: server.url })).rejects.toMatchObject({ name: 'BadSignature' });
  });
});
