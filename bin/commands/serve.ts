import type { Command } from 'commander';
import { whichMirror } from '../operation/which-mirror';
import { defaultListen } from '../serve/listen';
import { serveUntilInterrupted } from '../serve/until-interrupted';
import type { Terminal } from '../terminal/terminal';

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('serve a mirror over plain HTTP')
    .argument('[mirror]', 'folder of the mirror (default: mirror: of mirror.yaml, else ./mirror)')
    .option('--listen <address:port>', 'address to serve at', defaultListen)
    .action(async (word: string | undefined, options) => {
      const which = word === undefined ? await whichMirror({}) : { mirror: word };
      const mirror = 'mirror' in which ? which.mirror : '';
      await requireFolder(mirror);
      await serveUntilInterrupted(mirror, options.listen, terminal);
    });
}

/** @throws BadInput (misuse) for a URL, without its password */
async function requireFolder(mirror: string): Promise<void> {
  const { folderOf } = await import('../preflight/folders.js');
  folderOf('serve', mirror, 'give the folder of a mirror; to read a mirror at a URL, use list or verify');
}
