import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';
import { bundling, moduleUrl } from './bundling';

/** Where the command line begins, and the folder beside it of what it loads when a command wants it. */
const command = 'bin/maas-mirror';

/**
 * Makes the command line: one small file to start, and the parts that commands load lazily, each once. In one file of 4 MB
 * `--help` would take twice as long: 40 ms to read what it does not run. esbuild divides ES modules only, so each part is
 * made CommonJS afterwards, which also starts faster.
 * @param outdir what stands for dist/
 * @returns what went into it
 * @throws Error with esbuild's messages where it does not compile
 */
export async function makeCommand(root: string, outdir: string): Promise<Metafile> {
  const { banner, ...options } = bundling(root);
  const { metafile, outputFiles } = await build({
    ...{ ...options, format: 'esm', splitting: true, write: false, outdir, outbase: '.' },
    ...{ entryPoints: [`${command}.ts`], chunkNames: `${command}/[name]-[hash]` },
  });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        ...{ format: 'cjs', platform: 'node', target: 'node22', supported: { 'dynamic-import': false } },
        ...{ minify: true, legalComments: 'none', ...(text.includes(moduleUrl) && { banner: banner.js }) },
      });
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
      chmodSync(path, relative(outdir, path) === join(`${command}.js`) ? 0o755 : 0o644);
    }),
  );
  return metafile;
}
