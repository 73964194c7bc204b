import { interruptible } from '../terminal/interruptible';
import type { Terminal } from '../terminal/terminal';

/** Serves until it is told to end. */
export async function serve(directory: string, listen: string, terminal: Terminal): Promise<void> {
  const { startServer } = await import('./start-server.js');
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
