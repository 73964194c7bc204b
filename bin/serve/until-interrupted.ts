import { existsSync, readdirSync } from 'node:fs';
import { interruptible } from '../terminal/interruptible';
import type { Terminal } from '../terminal/terminal';

/** Serves until it is interrupted. */
export async function serveUntilInterrupted(directory: string, listen: string, terminal: Terminal): Promise<void> {
  const { startServer } = await import('./start-server.js');
  const server = await startServer({ directory, listen });
  terminal.out(`serving ${directory} at ${server.url}`);
  for (const view of viewsIn(directory)) terminal.out(`  view ${view}: ${server.url.replace(/\/$/, '')}/${view}/`);
  terminal.err('press Ctrl-C to stop');
  const interrupt = interruptible();
  await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve, { once: true }));
  interrupt.end();
  await server.close();
}

function viewsIn(directory: string): string[] {
  return readdirSync(directory).filter((name) => existsSync(`${directory}/${name}/streams/v1/index.sjson`));
}
