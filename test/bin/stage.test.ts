import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { environmentOf } from '../../lib/job/environment';
import type { Job } from '../../lib/job/job';
import { packagePath } from '../../lib/mirror/package-files';
import { temporaryFolder } from '../fixtures/temporary-folder';

const job: Job = {
  ...{ execution: 'one', release: 'bookworm', architecture: 'amd64', view: 'candidate', kernel: 'generic' },
  ...{ customised: false, bootTest: true, rebuild: false, inputs: 'i', recipe: 'r' },
  ...{ base: '', root: '', prepared: '', extracted: '' },
  folder: 'one-0123456789abcdef',
  bundles: 'ours',
};

it('forges no progress by what its error quotes', () => {
  const env = { PATH: process.env.PATH, ...environmentOf(job), MIRROR_BUNDLES: 'theirs\n:: published\u001b[2K' };
  const stage = packagePath('dist/assets/stage/stage.js');
  const { stderr, stdout } = spawnSync(process.execPath, [stage, 'fetch'], {
    ...{ cwd: temporaryFolder(), env, encoding: 'utf8' },
  });

  expect(stderr).toContain('deployed are theirs\n :: published\n');
  expect(stdout).toBe('');
});
