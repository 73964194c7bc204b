import { ExecaError } from 'execa';
import { MirrorError } from '../../errors';
import { foreignText } from '../output/printable';

/** The full output: the message has only its last lines, and apt may print eight lines of digests after the reason. */
export function allSaid({ message, cause }: Error): string {
  return cause instanceof ExecaError ? `${cause.stdout ?? ''}\n${cause.stderr ?? ''}\n${message}` : message;
}

/** Finds the cause of a failed installation other than an archive: a hook, a package script, or a hold. */
export function packageFailure(error: unknown): MirrorError | undefined {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return undefined;
  const said = allSaid(error);
  const held = heldIn(said);
  if (held !== undefined) {
    return new MirrorError('KeptBack', `apt would have to change packages that the image holds: ${foreignText(held)}`, {
      hint: 'remove the hold from the base image (apt-mark unhold), or request other packages',
      cause: error,
    });
  }
  const hook = /^run-parts: (\/\S{1,300}) exited with return code (\d{1,3})/m.exec(said);
  if (hook !== null) {
    const [, path = '', code] = hook;
    return new MirrorError('CommandFailed', `the hook ${foreignText(path)} failed with exit code ${code}`, {
      hint: 'the hook comes from the image or one of its packages: see its output in the log, then fix or remove it there',
      cause: error,
    });
  }
  const [, name, why = ''] =
    /^dpkg: error processing (?:package|archive) (\S{1,300}) [^\n]{0,60}:\n {1,2}(\S[^\n]{0,300})/m.exec(said) ?? [];
  if (name === undefined) return undefined;
  return new MirrorError('CommandFailed', `dpkg could not install ${foreignText(name)}: ${foreignText(why)}`, {
    hint: 'see the output of its scripts in the log',
    cause: error,
  });
}

/** apt lists the packages before its final error message, which names none. */
function heldIn(said: string): string | undefined {
  if (!/^E: Held packages were changed/m.test(said)) return undefined;
  const lines = said.split('\n');
  const after = lines.slice(lines.indexOf('The following held packages will be changed:') + 1);
  const end = after.findIndex((line) => !line.startsWith('  '));
  return after.slice(0, end).join(' ').trim().replaceAll(/ +/g, ', ');
}
