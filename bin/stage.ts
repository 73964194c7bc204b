import './check-node';
import { execa } from 'execa';
import { MirrorError, named, withoutFolders } from '../lib/errors';
import { foreignText } from '../lib/machine/output/printable';

/**
 * The entry point on a build machine: `node stage.js <stage>` runs a stage and writes its result to result.json. Its mounts
 * must disappear when it ends, so it starts itself again in its own mount namespace (Node cannot enter one by itself). The
 * stages are loaded only there, which is half of the start-up time.
 */
const namespaceMark = 'MIRROR_OWN_NAMESPACE';

async function inOwnNamespace(): Promise<number> {
  if (process.getuid?.() !== 0) {
    throw new MirrorError(
      'NotRoot',
      `stages mount file systems and must run as root; this is user ${process.getuid?.()}`,
      {
        hint: 'run it with sudo, or in a privileged container',
      },
    );
  }
  const words = ['--mount', '--propagation', 'private', '--', process.execPath, __filename, ...process.argv.slice(2)];
  const { exitCode } = await execa('unshare', words, {
    env: { [namespaceMark]: '1' },
    stdio: 'inherit',
    reject: false,
  });
  return exitCode ?? 1;
}

async function run(): Promise<number> {
  if (process.env[namespaceMark] !== '1') return inOwnNamespace();
  const { runNamed } = await import('./run-stage.js');
  await runNamed(process.argv[2] ?? '');
  return 0;
}

run().then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    const error = named(thrown);
    const known = error instanceof MirrorError;
    // Messages quote the output of other programs.
    const message = known ? `error ${error.name}: ${error.message}` : withoutFolders(`${(error as Error).stack}`);
    console.error(foreignText(message));
    if (known && error.hint !== undefined) console.error(foreignText(`  ${error.hint}`));
    process.exitCode = known && error.misuse ? 2 : 1;
  },
);
