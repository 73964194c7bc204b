import { ExecaError } from 'execa';
import { MirrorError } from '../../errors';
import { foreignText } from '../output/printable';

/** The message has the last lines only, and apt says what failed before eight lines of digests. */
export function allSaid({ message, cause }: Error): string {
  return cause instanceof ExecaError ? `${cause.stdout ?? ''}\n${cause.stderr ?? ''}\n${message}` : message;
}

/** Names what ended an installation where it was no archive: a hook of a site, the script of a package, or a hold. */
export function packageFailure(error: unknown): MirrorError | undefined {
  if (!(error instanceof MirrorError) || error.name !== 'CommandFailed') return undefined;
  const said = allSaid(error);
  const held = heldIn(said);
  if (held !== undefined) {
    return new MirrorError('KeptBack', `apt would have to change what the image has on hold: ${foreignText(held)}`, {
      hint: 'take the hold out of the base image (apt-mark unhold), or ask for something else',
      cause: error,
    });
  }
  const hook = /^run-parts: (\/\S{1,300}) exited with return code (\d{1,3})/m.exec(said);
  if (hook !== null) {
    const [, path = '', code] = hook;
    return new MirrorError('CommandFailed', `the hook ${foreignText(path)} failed with exit code ${code}`, {
      hint: 'it belongs to the image or to one of its packages: the log has what it said; mend or remove it there',
      cause: error,
    });
  }
  const [, name, why = ''] =
    /^dpkg: error processing (?:package|archive) (\S{1,300}) [^\n]{0,60}:\n {1,2}(\S[^\n]{0,300})/m.exec(said) ?? [];
  if (name === undefined) return undefined;
  return new MirrorError('CommandFailed', `dpkg could not install ${foreignText(name)}: ${foreignText(why)}`, {
    hint: 'the log has what its scripts said before',
    cause: error,
  });
}

/** apt ends with a sentence that names no package, and lists them before. */
function heldIn(said: string): string | undefined {
  if (!/^E: Held packages were changed/m.test(said)) return undefined;
  const lines = said.split('\n');
  const after = lines.slice(lines.indexOf('The following held packages will be changed:') + 1);
  const end = after.findIndex((line) => !line.startsWith('  '));
  return after.slice(0, end).join(' ').trim().replaceAll(/ +/g, ', ');
}
