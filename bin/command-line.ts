import { Command, CommanderError } from 'commander';
import { toolVersion } from '../lib/job/tool';
import { addAccess } from './commands/access';
import { addBuild } from './commands/build';
import { addAttest } from './commands/deciding/attest';
import { addHold } from './commands/deciding/hold';
import { addPromote } from './commands/deciding/promote';
import { addRemove } from './commands/deciding/remove';
import { addRepair } from './commands/deciding/repair';
import { addRestore } from './commands/deciding/restore';
import { addRollback } from './commands/deciding/rollback';
import { addSnapshot } from './commands/deciding/snapshot';
import { addUnhold } from './commands/deciding/unhold';
import { addWithdraw } from './commands/deciding/withdraw';
import { addHelp } from './commands/help';
import { addKeyring } from './commands/keyring';
import { addChanges } from './commands/reading/changes';
import { addDoctor } from './commands/reading/doctor';
import { addHistory } from './commands/reading/history';
import { addList } from './commands/reading/list';
import { addStatus } from './commands/reading/status';
import { addVerify } from './commands/reading/verify';
import { addReleases } from './commands/releases';
import { addServe } from './commands/serve';
import { addView } from './commands/view';
import { repairEnvironment } from './preflight/environment';
import { exitCode } from './terminal/interruptible';
import { processTerminal, reportError, type Terminal } from './terminal/terminal';
import { traceFiles } from './terminal/trace-files';

/**
 * The command line. Each file in commands/ has the options and the action of one command. An action imports what it needs
 * when it runs, so that `--help` is fast.
 * @returns the exit code: 0 done, 1 failed, 2 misuse, 3 upstream is mid-update, 4 refused because of a hold, a withdrawal, a check or
 * a missing boot test
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
  addChanges,
  addHistory,
  addView,
  addPromote,
  addRollback,
  addWithdraw,
  addRestore,
  addHold,
  addUnhold,
  addAttest,
  addSnapshot,
  addRemove,
  addRepair,
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
    .configureHelp({ subcommandTerm: (command) => command.name() }) // with arguments, the lines would be too long
    .helpCommand(false); // replaced by bin/commands/help.ts
  for (const add of commands) add(program, terminal, done);
  settleErrors(program, program.name());
  return program;
}

/** After an error, a command names its own help. @param words by which it is called */
function settleErrors(command: Command, words: string): void {
  command.exitOverride().showHelpAfterError(`Run '${words} --help' for usage.`);
  for (const one of command.commands) settleErrors(one, `${words} ${one.name()}`);
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
