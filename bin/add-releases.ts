import type { Command } from 'commander';
import type { Terminal } from './terminal/terminal';

export function addReleases(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('releases')
    .description('list the releases that can be built, with architectures, kernel flavours and support')
    .option('--stream [address]', 'read the signed stream of cloud images, too (default: daily)')
    .option('--stream-keyring <file>', 'keyring that the stream is signed with (default: Ubuntu’s)')
    .option('--config <file>', 'count in the catalogue and sources of this mirror.yaml')
    .option('--proxy <url>', 'HTTP proxy for the stream (default: what the environment says)')
    .option('--ca <file>', 'additional CA certificates (PEM)')
    .option('--json', 'print the list as JSON')
    .action(async (options) => {
      const { runReleases } = await import('./commands/releases.js');
      done(await runReleases(options, terminal, { now: new Date() }));
    });
}
