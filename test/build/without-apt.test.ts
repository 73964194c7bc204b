import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { serveArchive, smallRelease } from '../fixtures/images/small-release';
import { newerNode } from '../fixtures/programs/other-node';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { maasMirror } from './cli';
import { newestAt } from './published';
import { expectUntold, seenFolders } from './seen-folders';
import { ownData, smallRequest } from './small-request';
import '../fixtures/needs-minutes';

beforeAll(async () => void (await Promise.all([smallRelease(), newerNode()])));

it('fetches, upgrades, prepares and extracts on a machine without apt and dpkg, as CodeBuild’s for arm64, by Node 24', async () => {
  const small = await smallRelease();
  await using archive = await serveArchive(small.archive);
  const folder = temporaryFolder();
  const words = [...smallRequest(small, archive.url, folder), '--package', 'zstd', '--no-boot-test'];

  using seen = seenFolders(join(folder, 'mirror.work'));
  const built = await maasMirror(words, {
    env: { ...ownData(folder), PATH: programsWithoutApt() },
    node: await newerNode(),
  });

  expect(`${built.code}\n${built.code === 0 ? '' : built.err}`).toBe('0\n');
  const version = await newestAt({ mirror: join(folder, 'mirror'), release: 'bookworm', kernel: 'cloud' });
  expect(version).toMatchObject({ image_package: small.images.cloud.name });

  // Its name is what keeps other builds out of an execution's folder: no log, document, claim or package tells it.
  expect(seen.names).toEqual([expect.stringMatching(/^bookworm-\d{8}T\d{6}-[0-9a-f]{8}-[0-9a-f]{16}$/)]);
  expect(readdirSync(join(folder, 'mirror.work/logs'), { recursive: true })).toHaveLength(5);
  await expectUntold(seen.names, [folder], built.out + built.err);
  expect(readdirSync(join(folder, 'mirror.work/runs'))).toEqual([]);
});

/** A folder with the programs of this machine, but for those. */
function programsWithoutApt(): string {
  const path = temporaryFolder();
  const folders = ['/usr/bin', '/usr/sbin'];
  const programs = new Map(folders.flatMap((from) => readdirSync(from).map((name) => [name, join(from, name)])));
  for (const [name, program] of programs) if (!/^(?:apt|dpkg)/.test(name)) symlinkSync(program, join(path, name));
  return path;
}
