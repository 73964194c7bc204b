/* bin/commands: the commands, one file each. */

import type { Command } from 'commander';
import type { BuildOptions } from '../build/on-this-machine';
import { defaultListen } from '../serve/listen';
import { serveUntilInterrupted } from '../serve/until-interrupted';
import { interruptible } from '../terminal/interruptible';
import { many } from '../terminal/many';
import type { Terminal } from '../terminal/terminal';

export function addBuild(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('build')
    .description('build releases, on this machine or by a deployed stack: fetch, extract kernels, boot them, publish')
    .argument('[release...]', 'series or versions: noble, 22.04, bookworm, …; or bootloaders')
    .option('--stack <name>', 'let the mirror of this deployed stack build, in AWS, and follow it')
    .option('--config <file>', 'build what a mirror.yaml says')
    .option('--view <name>', 'view to publish to (default: candidate; with --config: all)')
    .option('--arch <list>', 'architectures, with commas between (default: this machine’s; with --stack: amd64)')
    .option(
      '--kernel <list>',
      'kernel flavours that must succeed: hwe-edge, lowlatency, … (default: ga,hwe; Debian: generic,cloud)',
    )
    .option('--optional-kernel <list>', 'kernel flavours that are left out when they fail')
    .option('--serial <serial>', 'serial of the cloud image (default: the newest)')
    .option('--ppa <owner/name>', 'upgrade the image from this PPA; may be repeated', many)
    .option('--repository <file>', 'upgrade it from the repositories of this deb822 file; may be repeated', many)
    .option(
      '--credentials <host=name>',
      'user and password of the repository on this host: a file of mode 0600, or with --stack a secret; may be repeated',
      many,
    )
    .option('--proposed [list]', 'take these packages from -proposed, or all that is there')
    .option('--package <list>', 'packages to install besides; may be repeated', many)
    .option('--purge <list>', 'packages to purge and install again; may be repeated', many)
    .option('--compression <name>', 'of a squashfs that is made here: zstd, xz, gzip, lz4')
    .option('--no-boot-test', 'publish without a boot test; list says so of the version')
    .option('--boot-timeout <minutes>', 'time that one boot may take (default: 30, or 60 where it is emulated)')
    .option('--no-bootloaders', 'bring no bootloaders (where MAAS keeps images.maas.io beside this mirror)')
    .option('--rebuild', 'build and publish though nothing is new')
    .option('--mirror <dir>', 'folder of the mirror', './mirror')
    .option('--work <dir>', 'folder for intermediate files, downloads and logs (default: <mirror>.work)')
    .option(
      '--key <key>',
      'key that signs: a file, made with a new mirror (default: with the user’s data), or kms:<id>',
    )
    .option('--base <file>', 'squashfs to start from instead of fetching one')
    .option('--json', 'print the result as JSON')
    .option('--serve', 'serve the mirror after the build')
    .option('--no-serve', 'end after the build (default)')
    .option('--listen <address:port>', 'where to serve', defaultListen)
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
    .action(async (releases: string[], options, command: Command) => {
      const interrupt = interruptible();
      const given = { ...options, signal: interrupt.signal };
      const code = await build(releases, given, command, terminal).finally(interrupt.end);
      if (options.serve && code === 0) await serveUntilInterrupted(options.mirror, options.listen, terminal);
      done(code);
    });
}

async function build(releases: string[], options: GivenOptions, command: Command, terminal: Terminal): Promise<number> {
  if (options.stack === undefined) {
    const { runBuild } = await import('../build/on-this-machine.js');
    return runBuild(releases, options, terminal);
  }
  const { runCloudBuild } = await import('../build/in-cloud.js');
  const typed = command.options.map((option) => option.attributeName()).filter((name) => isTyped(command, name));
  return runCloudBuild(releases, { ...options, stack: options.stack, typed }, terminal);
}

type GivenOptions = BuildOptions & { readonly stack?: string };

/** Some options have defaults, which nobody has asked for. */
const isTyped = (command: Command, name: string) => command.getOptionValueSource(name) === 'cli';
