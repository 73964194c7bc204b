import type { BuildOptions } from 'esbuild';

/** What import.meta.url is called in a bundle. */
export const moduleUrl = 'bundleUrl';

type Bundling = BuildOptions & { readonly metafile: true; readonly banner: { readonly js: string } };

/**
 * How each of our programs becomes one file that needs Node and nothing else. It is small, for who downloads it, and classes
 * and functions keep their names: stacks are read by people, and errors are told apart by their names.
 * @param root of the checkout: paths in the file are relative to it, which leaves no trace of where it is
 */
export const bundling = (root: string): Bundling => ({
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  keepNames: true,
  // openpgp calls createRequire(import.meta.url) when it is loaded, which CommonJS does not have
  banner: { js: `const ${moduleUrl} = require('node:url').pathToFileURL(__filename).href;` },
  define: { 'import.meta.url': moduleUrl },
  legalComments: 'none',
  metafile: true,
  logLevel: 'silent',
});
