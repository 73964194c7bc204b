import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin, transform } from 'esbuild';

/** What import.meta.url is called in a bundle: openpgp wants it when it is loaded, and CommonJS does not have it. */
const moduleUrl = 'bundleUrl';
const banner = { js: `const ${moduleUrl} = require('node:url').pathToFileURL(__filename).href;` };

/** zod brings its messages in fifty languages, a quarter of a megabyte; nobody chooses another than English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * How each of our programs comes to need Node and nothing else. It is small, for who downloads it, and classes and functions
 * keep their names: stacks are read by people, and errors are told apart by their names.
 */
const options = (root: string) =>
  ({
    absWorkingDir: root, // paths in a bundle are relative to it: no trace of where the checkout is
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

/** Makes a file of a program. @returns what went into it */
export async function bundleInto(outfile: string, entry: string, root: string): Promise<Metafile> {
  const { metafile } = await build({ ...options(root), format: 'cjs', banner, entryPoints: [entry], outfile });
  return metafile;
}

/** Several programs, or one that loads most of itself lazily. */
export interface InParts {
  /** What each begins with, by the path of its file below outdir, without `.js`. */
  readonly entries: Readonly<Record<string, string>>;
  readonly outdir: string;
  /** Folder of the parts, below outdir. */
  readonly parts: string;
}

/**
 * Makes a file of each program, and parts that they share or load when they need them; nothing is in two of them.
 * esbuild divides ES modules only, so each file is made CommonJS afterwards, which also starts faster.
 * @returns what went into them
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
