import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { bootloaderArchives, bootloaderBuildOf } from '../../../lib/stages/loaders/bootloader-archives';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const benchWith = (sources: object) => ({
  request: BuildRequest.parse({ release: 'bootloaders', architectures: [], sources }),
  ...{ scratch: temporaryFolder(), tools: '/bundle' },
});

const ca = '-----BEGIN CERTIFICATE-----\nof this test\n-----END CERTIFICATE-----';

describe('where bootloaders come from', () => {
  it('is Ubuntu’s two archives, signed with the keyring of the bundle, unless told otherwise', async () => {
    const keyring = '/bundle/keyrings/ubuntu-archive-keyring.gpg';

    expect(await bootloaderBuildOf(benchWith({}))).toStrictEqual({
      archive: { uri: 'http://archive.ubuntu.com/ubuntu', keyring },
      ports: { uri: 'http://ports.ubuntu.com/ubuntu-ports', keyring },
      ...{ aptOptions: [], network: {} },
    });
  });

  it('is what the order names, signed with the keyring that it brings', async () => {
    const [archive, ports] = ['http://archive.example/ubuntu', 'http://ports.example/ubuntu'];
    const archiveKeyringData = Buffer.from('a keyring').toString('base64');
    const bench = benchWith({ archive, ports, archiveKeyringData });

    const archives = await bootloaderArchives(bench);

    const keyring = join(bench.scratch, 'archive-keyring.gpg');
    expect(archives).toEqual({ archive: { uri: archive, keyring }, ports: { uri: ports, keyring } });
    expect(readFileSync(keyring, 'utf8')).toBe('a keyring');
  });

  it('is reached by the order’s proxy, and its certificates are trusted by apt, too', async () => {
    const bench = benchWith({ proxy: 'http://proxy.example:3128', caData: ca });

    const { network, aptOptions = [] } = await bootloaderBuildOf(bench);

    expect(network).toEqual({ proxy: 'http://proxy.example:3128', ca });
    expect(aptOptions).toEqual([expect.stringMatching(/^Acquire::https::CAInfo "\//)]);
    const [, file = ''] = /"(.*)"/.exec(aptOptions[0] ?? '') ?? [];
    expect(file.startsWith(`${bench.scratch}/`)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(ca);
  });
});
