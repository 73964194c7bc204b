/* bin/commands: the commands, one file each. */

import type { Command } from 'commander';
import { MirrorError } from '../../lib/errors';
import type { BuildOptions } from '../build/on-this-machine';
import { whichMirror } from '../operation/which-mirror';
import { defaultListen } from '../serve/listen';
import { serveUntilInterrupted } from '../serve/until-interrupted';
import { interruptible } from '../terminal/interruptible';
import { many } from '../terminal/many';
import type { Terminal } from '../terminal/terminal';

export function addBuild(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('build')
    .description('build, boot-test and publish images, on this machine or on AWS (--stack)')
    .argument('[release...]', 'series or versions (noble, 22.04, bookworm, …), or bootloaders')
    .option('--stack <name>', 'build on AWS, with this deployed stack, and follow the build')
    .option('--config <file>', 'build the views that this mirror.yaml describes')
    .option('--view <name>', 'view to publish to (default: candidate; with --config: all)')
    .option('--arch <list>', 'comma-separated list of architectures (default: this machine’s; with --stack: amd64)')
    .option(
      '--flavour, --kernel <list>',
      'kernel flavours that must succeed, such as hwe-edge,lowlatency (default: ga,hwe; Debian: generic,cloud)',
    )
    .option('--optional-flavour, --optional-kernel <list>', 'kernel flavours that may fail without failing the build')
    .option('--serial <serial>', 'serial of the cloud image (default: the newest)')
    .option('--ppa <owner/name>', 'upgrade the image from this PPA; may be repeated', many)
    .option('--repository <file>', 'upgrade the image from the repositories in this deb822 file; may be repeated', many)
    .option(
      '--credentials <host=name>',
      'user and password for the repository on this host: a file with mode 0600, or with --stack a secret; may be repeated',
      many,
    )
    .option(
      '--proposed [list]',
      'install these packages from -proposed (without a list: upgrade all that have a newer version there)',
    )
    .option('--package <list>', 'additional packages to install; may be repeated', many)
    .option('--purge <list>', 'packages to reinstall from scratch; may be repeated', many)
    .option('--compression <name>', 'compression of rebuilt squashfs images: zstd, xz, gzip, lz4')
    .option('--no-boot-test', 'skip the boot test; `list` marks such versions "waived"')
    .option('--boot-timeout <minutes>', 'time limit for one boot (default: 30, or 60 if emulated)')
    .option('--no-bootloaders', 'publish no bootloaders (if MAAS also keeps images.maas.io as a source)')
    .option('--rebuild', 'rebuild even if nothing has changed')
    .option('--mirror <dir>', 'folder of the mirror (default: mirror: of mirror.yaml, else ./mirror)')
    .option('--work <dir>', 'folder for intermediate files, downloads and logs (default: <mirror>.work)')
    .option(
      '--key <key>',
      'signing key: a file (created if the mirror is new), kms:<id, ARN or alias> or secret:<ARN> (default: ~/.local/share/maas-mirror/signing-key.asc)',
    )
    .option('--base <file>', 'squashfs to start from, instead of fetching one')
    .option('--json', 'print the result as JSON')
    .option('--serve', 'serve the mirror after the build')
    .option('--no-serve', 'exit after the build (default)')
    .option('--listen <address:port>', 'address to serve at', defaultListen)
    .optionsGroup('Sources:')
    .option(
      '--stream <name>',
      'stream of cloud images: daily, releases, or the URL of a simplestreams mirror (default: daily)',
    )
    .option('--stream-keyring <file>', 'keyring that verifies the stream (default: Ubuntu’s)')
    .option(
      '--archive <url>',
      'package archive (default: Ubuntu’s; for Debian, the sources in this machine’s apt configuration, else Debian’s); of a Debian archive, only the suite of the release is used',
    )
    .option('--ports <url>', 'package archive of architectures other than amd64 and i386 (default: Ubuntu’s)')
    .option('--archive-keyring <file>', 'keyring that verifies the archives (default: the one in the image)')
    .option('--snapshot <time>', 'use the archive as of this time (from snapshot.ubuntu.com), such as 20261120T000000Z')
    .option('--ppas <url>', 'base URL of the PPA archive')
    .option('--launchpad <url>', 'base URL of Launchpad’s API, which provides the keys of PPAs')
    .option('--proxy <url>', 'HTTP proxy for all sources (default: from the environment)')
    .option('--ca <file>', 'additional CA certificates (PEM)')
    .action(async (releases: string[], options, command: Command) => {
      const interrupt = interruptible();
      const which = options.stack === undefined ? await whichMirror(options) : undefined;
      const given = { ...options, ...which, signal: interrupt.signal };
      const code = await build(releases, given, command, terminal).finally(interrupt.end);
      if (options.serve && code === 0) await serveUntilInterrupted(given.mirror, options.listen, terminal);
      done(code);
    });
}

async function build(releases: string[], options: GivenOptions, command: Command, terminal: Terminal): Promise<number> {
  if (options.stack === undefined) {
    refuseUselessListen(options, command);
    const { runBuild } = await import('../build/on-this-machine.js');
    return runBuild(releases, options, terminal);
  }
  const { runCloudBuild } = await import('../build/in-cloud.js');
  const typed = command.options.map((option) => option.attributeName()).filter((name) => isTyped(command, name));
  return runCloudBuild(releases, { ...options, stack: options.stack, typed }, terminal);
}

/** Otherwise it would be forgotten, and nothing would listen after a build of half an hour. */
function refuseUselessListen({ serve, listen }: GivenOptions, command: Command): void {
  if (serve || !isTyped(command, 'listen')) return;
  throw new MirrorError('BadInput', `--listen ${listen} has no effect: the mirror is not served after the build`, {
    hint: 'add --serve, or leave --listen out',
    misuse: true,
  });
}

type GivenOptions = BuildOptions & { readonly stack?: string };

/** An option that has a default has a value even if it was not typed. */
const isTyped = (command: Command, name: string) => command.getOptionValueSource(name) === 'cli';
