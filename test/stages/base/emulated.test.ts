import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { architectureOf, architectures, runsOn } from '../../../lib/catalog/architectures';
import { thisMachine } from '../../../lib/machine/this-machine';
import { emulated } from '../../../lib/stages/base/emulated';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { benchFor, withProgress } from '../made/workbench';

afterEach(() => void vi.unstubAllEnvs());

const own = architectures.find((one) => runsOn(one, thisMachine()))?.name ?? '';
const foreign = own === 'arm64' ? 'amd64' : 'arm64';
const benchOf = (architecture: string) => benchFor('fetch', { release: 'noble', architectures: [architecture] });

it('a stage for this machine’s own architecture runs as it is', async () => {
  const bench = benchOf(own);

  const { result, shown } = await withProgress(() => emulated(async (given) => given)(bench));

  expect(result).toBe(bench);
  expect(shown).toEqual([]);
});

it('refuses a stage for another one where its programs cannot be registered, and says how they would run', async () => {
  const bin = temporaryFolder();
  // No binfmt_misc can be mounted.
  writeFileSync(join(bin, 'mount'), '#!/bin/sh\necho no such device >&2\nexit 32\n', { mode: 0o755 });
  vi.stubEnv('PATH', bin);
  const ran: string[] = [];
  const stage = emulated(async ({ job }) => ran.push(job.architecture));

  const { result, shown } = await withProgress(() => stage(benchOf(foreign)).catch((error: Error) => error));

  const { user } = architectureOf(foreign).qemu;
  expect(shown).toEqual([`running ${foreign} programs with ${user}`]);
  expect(result).toMatchObject({
    message: expect.stringContaining(`this machine cannot run ${foreign} programs: `),
    hint: expect.stringContaining(`which has ${user};`),
  });
  expect(ran).toEqual([]);
});
