import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAssets } from '../../../bin/bundle/assets';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const functions = ['plan', 'select', 'publish', 'promote', 'operate', 'check-for-updates', 'notify'];
const entries = ['bin/stage.ts', ...functions.map((name) => `bin/lambda/${name}.ts`), 'lib/job/checks.ts'];

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** A checkout with as little as there can be. */
function smallCheckout(): string {
  const root = temporaryFolder();
  for (const entry of entries) {
    write(
      join(root, entry),
      `/*! licence */ import { join } from 'node:path'; console.log(join('${entry}'), import.meta.url);`,
    );
  }
  write(join(root, 'buildspecs/relay.pl'), '#!/usr/bin/perl\n');
  write(join(root, 'buildspecs/keyrings/ubuntu.gpg'), 'keyring');
  write(join(root, 'buildspecs/keyrings/README.md'), 'text');
  chmodSync(join(root, 'buildspecs/keyrings/ubuntu.gpg'), 0o600);
  write(join(root, 'buildspecs/other.sh'), 'not deployed');
  return root;
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return `${(statSync(file).mode & 0o777).toString(8)} ${file.slice(folder.length + 1)}`;
    })
    .sort();

describe('the assets that are deployed', () => {
  it('are a bundle for each entry, with the files that it needs beside it, and nothing that was there before', async () => {
    const root = smallCheckout();
    const assets = join(temporaryFolder(), 'dist/assets');
    write(join(assets, 'gone/index.js'), 'old');
    write(join(assets, 'stage/stage.js'), 'old');

    const metafiles = await makeAssets(root, assets);

    expect(filesIn(assets)).toEqual(
      [
        ...['644 config/index.js', '644 files.json', '644 stage/stage.js', '755 stage/relay.pl'],
        ...functions.map((name) => `644 functions/${name}.js`),
        ...['stage', 'functions'].flatMap((name) => [
          `644 ${name}/keyrings/README.md`,
          `644 ${name}/keyrings/ubuntu.gpg`,
        ]),
      ].sort(),
    );
    expect(readdirSync(dirname(assets))).toEqual(['assets']);
    const sizes = JSON.parse(readFileSync(join(assets, 'files.json'), 'utf8')) as Record<string, number>;
    const listed = filesIn(assets).map((line) => line.slice(4));
    expect(Object.keys(sizes)).toEqual(listed.filter((file) => file !== 'files.json').sort());
    expect(sizes).toMatchObject({ 'stage/relay.pl': 16, 'functions/keyrings/ubuntu.gpg': 7 });
    expect(Object.keys(metafiles)).toEqual(['stage', 'functions', 'config']);
    expect(Object.keys(metafiles.functions?.inputs ?? {}).sort()).toEqual(entries.slice(1, -1).sort());
    const text = readFileSync(join(assets, 'functions/check-for-updates.js'), 'utf8');
    expect(text).toContain('bin/lambda/check-for-updates.ts');
    expect(text).not.toContain('licence');
    expect(text).not.toContain(root);
  });

  it('are the same bytes wherever the checkout is', async () => {
    const [one, two] = [join(temporaryFolder(), 'one'), join(temporaryFolder(), 'two')];
    for (const assets of [one, two]) await makeAssets(smallCheckout(), assets);
    expect(readFileSync(join(one, 'files.json'))).toEqual(readFileSync(join(two, 'files.json')));
    expect(readFileSync(join(one, 'functions/plan.js'))).toEqual(readFileSync(join(two, 'functions/plan.js')));
  });

  it('refuses a checkout that lacks entries, and names them', async () => {
    const folder = temporaryFolder();
    const assets = join(folder, 'assets');
    await expect(makeAssets(folder, assets)).rejects.toThrow(`cannot make assets: missing ${entries.join(', ')}`);
    expect(existsSync(assets)).toBe(false);
  });

  it('refuses what does not compile, and leaves what is there', async () => {
    const root = smallCheckout();
    const assets = join(temporaryFolder(), 'dist/assets');
    await makeAssets(root, assets);
    write(join(root, 'bin/lambda/notify.ts'), 'const = 1');
    write(join(root, 'bin/lambda/check-for-updates.ts'), 'console.log("new")');
    const before = readFileSync(join(assets, 'functions/check-for-updates.js'), 'utf8');

    await expect(makeAssets(root, assets)).rejects.toThrow(/bin\/lambda\/notify\.ts:1:6/);

    expect(readFileSync(join(assets, 'functions/check-for-updates.js'), 'utf8')).toBe(before);
    expect(readdirSync(dirname(assets))).toEqual(['assets']);
  });
});
