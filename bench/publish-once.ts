import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One call of the Publish function as it is deployed, in a process of its own: `publish-once.js EVENT.json`. Says what it
 * took: seconds of wall and CPU time without the start of Node, MiB of memory at its peak with it.
 */
async function main(event: object): Promise<void> {
  const { handler } = require(join(__dirname, '../assets/functions/publish.js')) as {
    handler: (event: object) => unknown;
  };
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  const published = await handler(event);
  const { user, system } = process.cpuUsage(cpuBefore);
  const wall = (performance.now() - before) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, peak, published }));
}

main(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
