import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(__dirname, '../..');
const {
  files: packed,
  main,
  bin,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly files: readonly string[];
  readonly main: string;
  readonly bin: Readonly<Record<string, string>>;
};

/** Made by `npm run types`, before it is packed. */
const madeByTypes = ['dist/lib/**/*.d.ts', '.jsii'];

/** Patterns without braces: `a/{b,c}.js` is `a/b.js` and `a/c.js`. */
const patterns = packed.flatMap((pattern) => {
  const [, before = '', words = '', after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? [];
  return words === '' ? [pattern] : words.split(',').map((word) => before + word + after);
});

/** As npm reads them: a folder is everything in it. */
const matchers = new Map(
  patterns.map((pattern) => {
    const words = pattern.replaceAll('.', '\\.').replaceAll('**/', '(?:.+/)?').replaceAll('*', '[^/]*');
    return [pattern, new RegExp(`^${words}(?:/.*)?$`)];
  }),
);

/** Main and commands are packed in any case. */
const isPacked = (path: string) =>
  [main, ...Object.values(bin)].includes(path) || [...matchers.values()].some((matcher) => matcher.test(path));

const folders = [
  ...new Set(patterns.filter((one) => one.includes('/') || !one.includes('.')).map((one) => one.split('/')[0] ?? '')),
];
const there = [
  ...readdirSync(root),
  ...folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    ),
];

/** Files of ours that a script loads when it is loaded. */
function requiredBy(script: string): string[] {
  const text = readFileSync(join(root, script), 'utf8');
  const names = [...text.matchAll(/\brequire\("(\.[^"]*)"\)/g)].map(([, name = '']) => join(dirname(script), name));
  return names.map((name) => (name.endsWith('.js') ? name : `${name}.js`));
}

/** Files and folders of the package that constructs and commands read by their paths: `dist/assets/config/index.js`. */
function readByPath(): string[] {
  return ['lib', 'bin']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .flatMap((text) => [...text.matchAll(/\bpackage(?:Path|Text|Module)(?:<.*?>)?\([`']([^`'$]+)/g)])
    .map(([, path = '']) => path.replace(/\/$/, ''));
}

describe('files in package.json', () => {
  it('names everything that scripts of the package load, so that it works where it is installed', () => {
    const scripts = there.filter((path) => /^dist\/(lib|bin)\/.*\.js$/.test(path) && isPacked(path));
    const missing = scripts.flatMap((script) =>
      requiredBy(script)
        .filter((path) => !isPacked(path))
        .map((path) => `${script}: ${path}`),
    );
    expect(scripts).toEqual(expect.arrayContaining([main, 'dist/lib/mirror/maas-mirror.js', 'dist/bin/app.js']));
    expect(missing).toEqual([]);
  });

  it('names what constructs and commands read by its path', () => {
    const paths = readByPath();
    expect(paths).toEqual(expect.arrayContaining(['dist/assets/config/index.js', 'buildspecs/host-tools.sh']));
    expect(paths.filter((path) => !isPacked(path))).toEqual([]);
  });

  it('names only what is in the tree, or made by a build', () => {
    const unmade = patterns.filter((pattern) => !there.some((path) => matchers.get(pattern)?.test(path)));
    expect(unmade.filter((pattern) => !madeByTypes.includes(pattern))).toEqual([]);
    expect(madeByTypes.filter((pattern) => !patterns.includes(pattern))).toEqual([]);
    for (const path of [main, ...Object.values(bin)]) expect(existsSync(join(root, path)), path).toBe(true);
  });
});
