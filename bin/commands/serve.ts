import type { Command } from 'commander';
import { defaultListen } from '../serve/listen';
import { serveUntilInterrupted } from '../serve/until-interrupted';
import type { Terminal } from '../terminal/terminal';

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('serve a mirror over plain HTTP')
    .argument('<mirror>', 'folder of the mirror')
    .option('--listen <address:port>', 'address to serve at', defaultListen)
    .action((mirror: string, options) => serveUntilInterrupted(mirror, options.listen, terminal));
}
