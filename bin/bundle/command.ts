import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundleInParts } from './bundling';

/** Where the command line begins, and the folder beside it of what it loads when a command wants it. */
const command = 'bin/maas-mirror';

/**
 * Makes the command line: one small file to start, and the parts that commands load. As a single file of 4 MB, `--help` takes
 * more than twice as long: most of it to read what it does not run.
 * @param outdir what stands for dist/
 * @returns what went into it
 * @throws Error with esbuild's messages where it does not compile
 */
export async function makeCommand(root: string, outdir: string): Promise<Metafile> {
  const metafile = await bundleInParts({ entries: { [command]: `${command}.ts` }, outdir, parts: command }, root);
  chmodSync(join(outdir, `${command}.js`), 0o755);
  return metafile;
}
