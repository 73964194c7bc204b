#!/usr/bin/env node
import './check-node';
import { Command, CommanderError } from 'commander';
import { addKeyring } from './keyring-commands';
import { processTerminal, reportError, type Terminal } from './terminal';

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
    .showHelpAfterError('(--help shows what there is)');
  addBuild(program, terminal, done);
  addServe(program, terminal);
  addReaders(program, terminal, done);
  addKeyring(program, terminal, done);
  for (const command of program.commands) {
    for (const one of [command, ...command.commands]) one.exitOverride();
  }
  return program;
}

/** An option that may be repeated, its values with commas between. */
const many = (value: string, before: string[] = []) => [...before, ...value.split(',')];

function addBuild(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('build')
    .description('build releases on this machine: fetch, extract kernels, boot them, publish')
    .argument('[release...]', 'names of releases: noble, jammy, bookworm, …; or bootloaders')
    .option('--config <file>', 'build what a mirror.yaml says')
    .option('--view <name>', 'view to publish to (default: candidate; with --config: all)')
    .option('--arch <list>', 'architectures, with commas between (default: this machine’s)')
    .option('--kernel <list>', 'kernel flavours that must succeed (default: ga,hwe; Debian: generic,cloud)')
    .option('--optional-kernel <list>', 'kernel flavours that are left out when they fail')
    .option('--serial <serial>', 'serial of the cloud image (default: the newest)')
    .option('--ppa <owner/name>', 'upgrade the image from this PPA; may be repeated', many)
    .option('--repository <file>', 'upgrade it from the repository of this deb822 stanza; may be repeated', many)
    .option('--proposed [list]', 'take these packages from -proposed, or all that is there')
    .option('--package <list>', 'packages to install besides; may be repeated', many)
    .option('--purge <list>', 'packages to purge and install again; may be repeated', many)
    .option('--compression <name>', 'of a squashfs that is made here: zstd, xz, gzip, lz4')
    .option('--no-boot-test', 'publish without a boot test; list says so of the version')
    .option('--no-bootloaders', 'bring no bootloaders (where MAAS keeps images.maas.io beside this mirror)')
    .option('--rebuild', 'build and publish though nothing is new')
    .option('--mirror <dir>', 'folder of the mirror', './mirror')
    .option('--work <dir>', 'folder for intermediate files, downloads and logs (default: <mirror>.work)')
    .option('--key <key>', 'key that signs: a file, made on first use (default: with the user’s data), or kms:<id>')
    .option('--base <file>', 'squashfs to start from instead of fetching one')
    .option('--json', 'print the result as JSON')
    .option('--serve', 'serve the mirror after the build')
    .option('--no-serve', 'end after the build (default)')
    .option('--listen <address:port>', 'where to serve', '127.0.0.1:8080')
    .optionsGroup('Where things come from:')
    .option(
      '--stream <name>',
      'cloud images: daily, releases, or the address of a simplestreams mirror (default: daily)',
    )
    .option('--stream-keyring <file>', 'keyring that the stream is signed with (default: Ubuntu’s)')
    .option(
      '--archive <url>',
      'package archive (default: Ubuntu’s; of Debian what this machine’s apt takes; of Debian only the release itself is read)',
    )
    .option('--ports <url>', 'package archive of the architectures beyond amd64 and i386')
    .option('--archive-keyring <file>', 'keyring that the archive is signed with (default: the image’s own)')
    .option('--snapshot <time>', 'archive as it was then, from snapshot.ubuntu.com: 20261120T000000Z')
    .option('--ppas <url>', 'where the packages of PPAs lie')
    .option('--launchpad <url>', 'Launchpad’s API, which knows the keys of PPAs')
    .option('--proxy <url>', 'HTTP proxy for all of it (default: what the environment says)')
    .option('--ca <file>', 'certificates in PEM to trust besides the system’s')
    .action(async (releases: string[], options) => {
      const { runBuild } = await import('./commands/build.js');
      const interrupt = interruptible();
      const code = await runBuild(releases, { ...options, signal: interrupt.signal }, terminal).finally(interrupt.end);
      if (options.serve && code === 0) await serve(options.mirror, options.listen, terminal);
      done(code);
    });
}

function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('serve a mirror by plain HTTP')
    .argument('<mirror>', 'folder of the mirror')
    .option('--listen <address:port>', 'where to serve', '127.0.0.1:8080')
    .action((mirror: string, options) => serve(mirror, options.listen, terminal));
}

function addReaders(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('verify')
    .description('check signatures, MAAS’s rules, and size and sha256 of every object')
    .argument('<mirror>', 'DIR or http(s)://…')
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
    .argument('<mirror>', 'DIR or http(s)://…')
    .option('--view <name>', 'only this view')
    .option('--json', 'print the list as JSON')
    .action(async (mirror: string, options) => {
      const { runList } = await import('./commands/list.js');
      done(await runList({ mirror, ...options }, terminal));
    });
}

/** Serves until it is told to end. */
async function serve(directory: string, listen: string, terminal: Terminal): Promise<void> {
  const { startServer } = await import('./commands/serve.js');
  const server = await startServer({ directory, listen });
  terminal.out(`serving ${directory} at ${server.url}`);
  for (const view of await viewsIn(directory))
    terminal.out(`  view ${view}: ${server.url.replace(/\/$/, '')}/${view}/`);
  terminal.err('Ctrl-C ends it');
  const interrupt = interruptible();
  await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
  interrupt.end();
  await server.close();
}

async function viewsIn(directory: string): Promise<string[]> {
  const { existsSync, readdirSync } = await import('node:fs');
  return readdirSync(directory).filter((name) => existsSync(`${directory}/${name}/streams/v1/index.sjson`));
}

/** A signal that Ctrl-C and SIGTERM raise, so that what runs can end its children first. */
function interruptible(): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort).on('SIGHUP', abort);
  return {
    signal: controller.signal,
    end: () => {
      process.off('SIGINT', abort).off('SIGTERM', abort).off('SIGHUP', abort);
    },
  };
}

function version(): string {
  return (require('../../package.json') as { version: string }).version;
}

if (require.main === module) {
  const terminal = processTerminal();
  main(process.argv.slice(2), terminal).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      process.exitCode = reportError(error, terminal);
    },
  );
}
