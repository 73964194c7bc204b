import { MirrorError } from '../errors';
import { type Command, run } from '../machine/run';

/**
 * The command that runs another as the first process of its own PID and mount namespaces. `--pdeathsig` and
 * `--kill-child` end it when this process ends, even by SIGKILL; the kernel then ends all others and drops their mounts.
 */
export function namespaceCommand(command: Command): Command {
  const mounts = ['--mount', '--propagation', 'private', '--mount-proc'];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...mounts, '--pid', '--fork', '--kill-child', ...command];
}

/** @throws NotRoot if namespaces are not permitted; MissingTool if util-linux is not installed */
export async function requireNamespaces(): Promise<void> {
  try {
    await run(namespaceCommand(['true']), { quiet: true });
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') throw error;
    throw new MirrorError('NotRoot', `cannot create namespaces for builds: ${error.message}`, {
      hint: 'run as root; start a container with --privileged',
      cause: error,
    });
  }
}
