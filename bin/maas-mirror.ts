#!/usr/bin/env node
import './check-node';
import { Command, CommanderError } from 'commander';
import { addCloud } from './add-cloud';
import { addKeyring } from './add-keyring';
import { addReleases } from './add-releases';
import { addBuild } from './commands/build';
import { repairEnvironment } from './preflight/environment';
import { defaultListen } from './serve/listen';
import { serve } from './serve/until-interrupted';
import { exitCode } from './terminal/interruptible';
import { many } from './terminal/many';
import { processTerminal, reportError, type Terminal } from './terminal/terminal';
import { traceFiles } from './terminal/trace-files';

/**
 * The command line. Each command's code is loaded when it is called: `--help` answers at once.
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

function programOf(terminal: Terminal, done: (code: number) => void): Command {
  const program = new Command('maas-mirror')
    .description('Builds MAAS images and serves them as a signed simplestreams mirror.')
    .version(version(), '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .helpCommand(false) // commander's knows no commands of commands
    .showHelpAfterError('(--help shows what there is)');
  addBuild(program, terminal, done);
  addServe(program, terminal);
  addReaders(program, terminal, done);
  addReleases(program, terminal, done);
  addKeyring(program, terminal, done);
  addCloud(program, terminal, done);
  addHelp(program);
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) one.exitOverride();
  }
  return program;
}

function addHelp(program: Command): void {
  program
    .command('help')
    .description('display help for a command')
    .argument('[command...]', 'such as: keyring rotate')
    .action((words: string[]) => {
      const named = words.reduce((at, word) => {
        const next = at.commands.find((one) => one.name() === word);
        return next ?? at.error(`error: unknown command '${word}'`);
      }, program);
      named.outputHelp();
    });
}

function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('serve a mirror by plain HTTP')
    .argument('<mirror>', 'folder of the mirror')
    .option('--listen <address:port>', 'where to serve', defaultListen)
    .action((mirror: string, options) => serve(mirror, options.listen, terminal));
}

function addReaders(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('verify')
    .description('check signatures, MAAS’s rules, and size and sha256 of every object')
    .argument('<mirror>', 'DIR, http(s)://… or s3://BUCKET')
    .option('--view <name>', 'only this view; may be repeated', many)
    .option('--keyring <file>', 'keyring to trust (default: the mirror’s own)')
    .option('--fingerprint <hex>', 'the one key to trust')
    .option('--no-objects', 'check the metadata only')
    .option('--json', 'print the report as JSON')
    .action(async (mirror: string, { view, ...options }) => {
      const { runVerify } = await import('./commands/verify.js');
      done(await runVerify({ mirror, ...(view && { views: view }), ...options }, terminal));
    });
  program
    .command('list')
    .description('list products and versions')
    .argument('<mirror>', 'DIR, http(s)://… or s3://BUCKET')
    .option('--view <name>', 'only this view')
    .option('--json', 'print the list as JSON')
    .action(async (mirror: string, options) => {
      const { runList } = await import('./commands/list.js');
      done(await runList({ mirror, ...options }, terminal));
    });
}

function version(): string {
  return (require('../../package.json') as { version: string }).version;
}

if (require.main === module) {
  repairEnvironment();
  if (process.env.MAAS_MIRROR_DEBUG === '1') traceFiles();
  const terminal = processTerminal();
  main(process.argv.slice(2), terminal).then(
    (code) => {
      process.exitCode = exitCode(code);
    },
    (error: unknown) => {
      process.exitCode = exitCode(reportError(error, terminal));
    },
  );
}
