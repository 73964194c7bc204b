import { Command, CommanderError } from 'commander';
import { toolVersion } from '../lib/job/tool';
import { addAccess } from './commands/access';
import { addBuild } from './commands/build';
import { addDoctor } from './commands/doctor';
import { addHelp } from './commands/help';
import { addKeyring } from './commands/keyring';
import { addList } from './commands/list';
import { addReleases } from './commands/releases';
import { addServe } from './commands/serve';
import { addStatus } from './commands/status';
import { addVerify } from './commands/verify';
import { repairEnvironment } from './preflight/environment';
import { exitCode } from './terminal/interruptible';
import { processTerminal, reportError, type Terminal } from './terminal/terminal';
import { traceFiles } from './terminal/trace-files';

/**
 * The command line. Each file in commands/ has the options and the action of one command. An action imports what it needs
 * when it runs, so that `--help` is fast.
 * @returns the exit code: 0 done, 1 failed, 2 misuse
 */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = programOf(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(error, terminal);
  }
}

/** In the order in which --help lists them. */
const commands = [
  addBuild,
  addServe,
  addVerify,
  addList,
  addReleases,
  addKeyring,
  addStatus,
  addDoctor,
  addAccess,
  addHelp,
];

/** The command line with all its commands. @param done receives the exit code of the command that ran */
export function programOf(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('maas-mirror')
    .description('Builds MAAS images and serves them as a signed simplestreams mirror.')
    .version(toolVersion, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .helpCommand(false) // replaced by bin/commands/help.ts
    .showHelpAfterError("Run 'maas-mirror --help' for usage.");
  for (const add of commands) add(program, terminal, done);
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) one.exitOverride();
  }
  return program;
}

/** Runs the command that this process was started with, and sets the exit code. */
export async function run(): Promise<void> {
  repairEnvironment();
  if (process.env.MAAS_MIRROR_DEBUG === '1') traceFiles();
  const terminal = processTerminal();
  try {
    process.exitCode = exitCode(await main(process.argv.slice(2), terminal));
  } catch (error) {
    process.exitCode = exitCode(reportError(error, terminal));
  }
}
