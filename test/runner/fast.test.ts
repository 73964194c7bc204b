import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { slowTests } from './slow-tests';

const root = join(__dirname, '../..');

/** A tree with these files below test/. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = temporaryFolder();
  mkdirSync(join(tree, 'test/fixtures'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(tree, 'test', file), text);
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

describe('test:fast', () => {
  it.each([
    ['names the fixture', "import './fixtures/needs-root';"],
    ['takes long', "import './fixtures/needs-seconds';"],
    ['imports one that names it', "import { mounted } from './fixtures/mounted';"],
    ['imports one that names it, among others', "import {\n  one,\n  mounted,\n} from './fixtures/mounted';"],
    ['exports one that names it', "export { mounted } from './fixtures/mounted';"],
    ['imports one by way of another', "import { far } from './fixtures/far';"],
  ])('leaves out a test file that %s', (_, text) => {
    const tree = treeOf({ ...fixtures, 'a.test.ts': text, 'b.test.ts': "import { near } from './fixtures/near';" });

    expect(slowTests(tree)).toEqual(['test/a.test.ts']);
  });

  it('keeps one that imports types only, or nothing of ours', () => {
    const tree = treeOf({
      ...fixtures,
      'a.test.ts': "import type { Mounted } from './fixtures/mounted';\nimport { it } from 'vitest';",
    });

    expect(slowTests(tree)).toEqual([]);
  });

  it('runs as nobody, with programs of the base system only', () => {
    const tree = treeOf({
      'a.test.ts': `import { spawnSync } from 'node:child_process';
        import { expect, it } from 'vitest';
        const started = (program) => spawnSync(program, ['--version']).error?.code ?? 'started';
        it('is not root', () => expect(process.getuid()).not.toBe(0));
        it('has no way back', () => expect(() => process.setuid(0)).toThrow('EPERM'));
        it('finds Node and perl', () => expect(['node', 'perl'].map(started)).toEqual(['started', 'started']));
        it('finds no squashfs', () => expect(started('mksquashfs')).toBe('ENOENT'));`,
    });
    chmodSync(tree, 0o755); // for nobody
    const words = ['run', '--root', tree, '--config', join(root, 'vitest.fast.config.ts'), '--no-cache'];
    const env = { ...process.env, HOME: tree, NO_COLOR: '1', VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' };

    const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, ...words], { encoding: 'utf8', env });

    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests {2}4 passed \(4\)/);
  });
});

const vitest = join(root, 'node_modules/vitest/vitest.mjs');

const fixtures = {
  'fixtures/needs-root.ts': '',
  'fixtures/needs-seconds.ts': '',
  'fixtures/mounted.ts': "import { writeFileSync } from 'node:fs';\nimport './needs-root';\nexport const mounted = 1;",
  'fixtures/far.ts': "import { mounted } from './mounted';\nexport const far = mounted;",
  'fixtures/near.ts': 'export const near = 1;',
};
