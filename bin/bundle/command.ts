import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundleInParts } from './bundling';

/** The main file of the command line, and the folder next to it for parts that commands load on demand. */
const command = 'bin/maas-mirror';

/**
 * Makes the command line: a small main file, and the parts that commands load. As a single file of 4 MB, `--help` would take
 * more than twice as long, mostly to read code that it does not run.
 * @param outdir folder in place of dist/
 * @returns its inputs
 * @throws Error with esbuild's messages if it does not compile
 */
export async function makeCommand(root: string, outdir: string): Promise<Metafile> {
  const metafile = await bundleInParts({ entries: { [command]: `${command}.ts` }, outdir, parts: command }, root);
  chmodSync(join(outdir, `${command}.js`), 0o755);
  return metafile;
}
