import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';

/** Replaces import.meta.url in a bundle: openpgp reads it when it is loaded, and CommonJS does not have it. */
const moduleUrl = 'bundleUrl';
const banner = { js: `const ${moduleUrl} = require('node:url').pathToFileURL(__filename).href;` };

/** zod contains its messages in fifty languages, a quarter of a megabyte. Only English is used. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * Options by which each program needs only Node. It is minified to keep downloads small. Classes and functions keep their
 * names, because people read stack traces and code distinguishes errors by name.
 */
const options = (root: string) =>
  ({
    absWorkingDir: root, // paths in a bundle are relative to it, so that it is the same in every checkout
    bundle: true,
    platform: 'node',
    target: 'node22',
    minify: true,
    keepNames: true,
    define: { 'import.meta.url': moduleUrl },
    plugins: [englishOnly],
    legalComments: 'none',
    metafile: true,
    logLevel: 'silent',
  }) satisfies BuildOptions;

/** Several programs, or one that loads most of itself lazily. */
export interface InParts {
  /** Entry point of each, by the path of its output file below outdir, without `.js`. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outdir: string;
  /** Folder for the parts, below outdir. */
  readonly parts: string;
}

/**
 * Bundles each program into a file, and parts that are shared or loaded on demand, without duplicates. esbuild can split
 * only ES modules, so each file is converted to CommonJS afterwards, which also starts faster.
 * @returns their inputs
 */
export async function bundleInParts({ entries, outdir, parts }: InParts, root: string): Promise<Metafile> {
  const { metafile, outputFiles } = await build({
    ...{ ...options(root), format: 'esm', splitting: true, write: false, outdir },
    ...{ entryPoints: { ...entries }, chunkNames: `${parts}/[name]-[hash]` },
  });
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        ...{ format: 'cjs', platform: 'node', target: 'node22', supported: { 'dynamic-import': false } },
        ...{ minify: true, legalComments: 'none', ...(text.includes(moduleUrl) && { banner: banner.js }) },
      });
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
    }),
  );
  return metafile;
}
