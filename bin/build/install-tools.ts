import type { BuildRequest } from '../../lib/job/build-request';
import { jobVariables } from '../../lib/job/environment';
import { bootloadersRequest } from '../../lib/job/job';
import { run } from '../../lib/machine/run';
import { packagePath } from '../../lib/mirror/package-files';
import type { Terminal } from '../terminal/terminal';

/** Prints which packages it installs on this machine, and installs them. Without it, each stage would install its own. */
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
