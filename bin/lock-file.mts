/**
 * Lets the npm of an older Node install the parts of packages that are built for a machine: it skips optional packages that want
 * a newer Node than its own, although scripts then run on Node 22 (the package `node`). `npm run lock` calls this after npm.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const entry of Object.values<{ optional?: boolean; engines?: unknown }>(lock.packages)) {
  if (entry.optional) delete entry.engines;
}
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
