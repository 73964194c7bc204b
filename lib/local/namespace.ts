import { MirrorError } from '../errors';
import { type Command, run } from '../machine/run';

/**
 * The command that runs another as first process of its own pid and mount namespace. `--pdeathsig` and `--kill-child`
 * end it when we end, by SIGKILL too; with its first process the kernel ends all others and drops their mounts.
 */
export function namespaceCommand(command: Command): Command {
  const mounts = ['--mount', '--propagation', 'private', '--mount-proc'];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...mounts, '--pid', '--fork', '--kill-child', ...command];
}

/** @throws NotRoot where namespaces are not permitted; MissingTool where util-linux is not installed */
export async function requireNamespaces(): Promise<void> {
  try {
    await run(namespaceCommand(['true']), { quiet: true });
  } catch (error) {
    if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') throw error;
    throw new MirrorError('NotRoot', `builds need namespaces of their own: ${error.message}`, {
      hint: 'run it as root; in a container, with --privileged',
      cause: error,
    });
  }
}
