import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { strayWriters } from './streams';
import '../fixtures/needs-seconds';

describe('what is published', () => {
  it('is written by lib/publication alone', () => {
    expect(strayWriters(join(__dirname, '../..'))).toEqual([]);
  });

  const layout = "import { mirror as layout } from '../job/layout';";

  it.each([
    ['an index', 'lib/stages/a.ts', `${layout} await store.replace(layout.index(view), bytes, {});`],
    ['a document', 'bin/commands/a.ts', `${layout} await s.create(layout.document(v, path), bytes);`],
    [
      'a key that is handed on',
      'lib/stages/a.ts',
      `${layout} const key = layout.plainIndex(v); await s.replace(key, b);`,
    ],
    ['a key of its own making', 'lib/operations/a.ts', 'await store.remove(`${view}/streams/v1/index.sjson`);'],
    ['a keyring', 'lib/operations/a.ts', `${layout} await store.replace(layout.keyring, bytes, options);`],
    [
      'a layout under another name',
      'lib/stages/a.ts',
      "import * as keys from '../job/layout'; await s.replace(keys.mirror.index(v), b, {});",
    ],
    ['one who goes past changeView', 'lib/stages/a.ts', "import { moveIndex } from '../publication/move-index';"],
    [
      'one who does so when it runs',
      'bin/lambda/a.ts',
      "const { moveIndex } = await import('../../lib/publication/move-index');",
    ],
    ['one who requires it', 'lib/stages/a.ts', 'const { followIndex } = require(`../publication/follow-index`);'],
    ['one who imports it as CommonJS', 'lib/stages/a.ts', "import move = require('../publication/move-index');"],
    ['one who hands it on', 'lib/stages/a.ts', "export * from '../publication/move-index';"],
  ])('refuses a file elsewhere that writes %s', (_, file, text) => {
    expect(strayWritersOf(file, text)).toEqual([expect.stringContaining(file)]);
  });

  it.each([
    ['reads', 'lib/stages/a.ts', `${layout} await store.read(layout.index(view)); text.replace(/a/g, 'b');`],
    ['writes other things', 'lib/stages/a.ts', `${layout} await mirror.create(layout.pool(path), bytes);`],
    ['is of the room', 'lib/publication/a.ts', `${layout} await store.replace(layout.index(view), bytes, {});`],
  ])('may be at hand in a file that %s', (_, file, text) => {
    expect(strayWritersOf(file, text)).toEqual([]);
  });
});

function strayWritersOf(file: string, text: string): string[] {
  const root = temporaryFolder();
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'lib'));
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
  return strayWriters(root);
}
