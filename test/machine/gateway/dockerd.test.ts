import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../../lib/machine/run';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import '../../fixtures/needs-root';

const stage = join(__dirname, '../../../dist/assets/stage/stage.js');
const ofCodeBuild = ['CODEBUILD_BUILD_ID=a:b', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/x'];

/** Which of these daemons live after a stage on a machine that has no other processes; the stage has no job, and fails. */
async function leftAfter(stageName: string, variables: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  for (const name of ['dockerd', 'containerd', 'docker-helper']) copyFileSync('/bin/sleep', join(folder, name));
  const script = `
for daemon in dockerd containerd docker-helper; do "$1/$daemon" 3600 & done
cd "$1"; shift
env "$@" >said 2>&1
for stat in /proc/[0-9]*/stat; do read -r _ name state _ <$stat && [ "$state" != Z ] && echo "$name"; done | grep -E 'docker|containerd'
`;
  const machine = ['unshare', '--pid', '--mount', '--mount-proc', '--fork', '--kill-child', '--'] as const;
  const words = ['bash', '-c', script, 'bash', folder, ...variables, process.execPath, stage, stageName];
  return run([...machine, ...words], { quiet: true });
}

it('a stage ends the Docker daemon of a machine of CodeBuild before all else', async () => {
  expect(await leftAfter('extract', ofCodeBuild)).toBe('(docker-helper)');
});

it.each([[[]], [['CODEBUILD_BUILD_ID=a:b']]])('a stage leaves that of another machine alone: %j', async (variables) => {
  expect((await leftAfter('extract', variables)).split('\n').sort()).toEqual([
    '(containerd)',
    '(docker-helper)',
    '(dockerd)',
  ]);
});
