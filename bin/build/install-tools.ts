import type { BuildRequest } from '../../lib/job/build-request';
import { jobVariables } from '../../lib/job/environment';
import { bootloadersRequest } from '../../lib/job/job';
import { run } from '../../lib/machine/run';
import { packagePath } from '../../lib/mirror/package-files';
import type { Terminal } from '../terminal/terminal';

/** Says first what it is going to install on this machine. The stages would do it, too, each for itself. */
export async function installHostTools(requests: readonly BuildRequest[], terminal: Terminal): Promise<void> {
  const script = packagePath('buildspecs/host-tools.sh');
  const architectures = [...new Set(requests.flatMap((request) => request.architectures))].join(' ');
  const env = { ...(process.env as Record<string, string>), LC_ALL: 'C', [jobVariables.architecture]: architectures };
  const stages = requests.some(({ release }) => release === bootloadersRequest)
    ? [...imageStages, 'bootloaders']
    : imageStages;
  const missing = (await run(['sh', script, '--list', ...stages], { env, quiet: true })).split('\n').filter(Boolean);
  if (missing.length === 0) return;
  terminal.err(`installing on this machine: ${missing.join(' ')}`);
  await run(['sh', script, ...stages], { env, quiet: true });
}

const imageStages = ['fetch', 'upgrade', 'prepare', 'extract', 'boot-test'];
