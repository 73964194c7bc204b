import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { requireDisk } from '../../../bin/preflight/require-disk';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { openMirrorDirectory } from '../../../lib/store/directory/mirror-directory';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-root';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

const noble = BuildRequest.parse({ release: 'noble', architectures: ['amd64'] });
const loaders = BuildRequest.parse({ release: 'bootloaders' });

function placesIn(folder: string) {
  return { mirror: join(folder, 'mirror'), work: join(folder, 'mirror.work') };
}

/** What is printed where so many bytes are free. */
async function told(requests: readonly BuildRequest[], free: number, places = placesIn(temporaryFolder())) {
  const terminal = keptTerminal();
  const ended = requireDisk(places, requests, terminal, { free: async () => free, atOnce: 2 });
  return { places, refused: await ended.catch((error: unknown) => error), errLines: terminal.errLines };
}

describe('the disk of a build', () => {
  it('is told where it is enough', async () => {
    const { errLines, places, refused } = await told([noble], 20e9);
    expect(refused).toBeUndefined();
    expect(errLines).toEqual([`disk: about 1.8 GB needed for ${places.work} and ${places.mirror}, 20.0 GB free`]);
  });

  it('is told to be tight where it is less than twice what is needed', async () => {
    const { errLines, places } = await told([noble], 2.5e9);
    const said = `about 1.8 GB needed for ${places.work} and ${places.mirror}, 2.5 GB free`;
    expect(errLines).toEqual([`disk: ${said}; that may not be enough`]);
  });

  it('refuses a build that cannot work, with what is needed, what is free and where', async () => {
    const folder = temporaryFolder();
    const { errLines, places, refused } = await told([noble], 1.5e9, placesIn(folder));
    expect(refused).toMatchObject({
      name: 'DiskFull',
      message: `about 1.8 GB are needed for ${places.work} and ${places.mirror}, but 1.5 GB are free`,
      hint: `free some space (df -h ${folder}), name folders on another file system with --mirror and --work, or build fewer releases or flavours at a time`,
    });
    expect(errLines).toEqual([]);
  });

  it('is that of each file system where mirror and work folder are on two', async () => {
    const folder = temporaryFolder();
    const places = placesIn(folder);
    mkdirSync(places.work);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'small', places.work]);
    onTestFinished(() => void execFileSync('umount', [places.work]));
    expect((await told([noble], 20e9, places)).errLines).toEqual([
      `disk: about 1.8 GB needed for ${places.work}, 20.0 GB free`,
      `disk: about 461.0 MB needed for ${places.mirror}, 20.0 GB free`,
    ]);

    const terminal = keptTerminal();
    await expect(requireDisk(places, [noble], terminal)).rejects.toMatchObject({
      message: expect.stringMatching(/are needed for .*mirror\.work, but 2\.1 MB are free$/),
    });
  });

  it('goes by the base that is given', async () => {
    const base = join(temporaryFolder(), 'base.squashfs');
    writeFileSync(base, Buffer.alloc(1000));
    const { errLines } = await told([BuildRequest.parse({ ...noble, base })], 20e9);
    expect(errLines[0]).toMatch(/^disk: about 672\.0 MB needed/);
  });

  it('goes by the newest versions of the view, also where it cannot be built upon', async () => {
    const places = placesIn(temporaryFolder());
    const press = smallPress(signer, await openMirrorDirectory(places.mirror, { create: true }));
    const kernels = [{ kernel: 'generic' }];
    await press.publish({ kernels });
    const bookworm = BuildRequest.parse({
      release: 'bookworm',
      architectures: ['amd64'],
      kernels: { required: ['generic'] },
    });
    // Only the layer is not known.
    expect((await told([bookworm], 20e9, places)).errLines[0]).toMatch(/^disk: about 10\.0 MB needed/);
    await press.mirror.replace('candidate/streams/v1/index.sjson', Buffer.from('no index'), {});
    expect((await told([bookworm], 20e9, places)).errLines[0]).toMatch(/^disk: about 284\.0 MB needed/);
  });

  it('is told of images only', async () => {
    expect(await told([loaders], 0)).toMatchObject({ refused: undefined, errLines: [] });
  });
});
