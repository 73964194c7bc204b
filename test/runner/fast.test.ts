import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { isOpenToNobody } from './base-programs';
import { longTests, slowTests } from './marked-tests';
import '../fixtures/needs-seconds';

const root = join(__dirname, '../..');

/** A tree with these files below test/. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const tree = temporaryFolder();
  mkdirSync(join(tree, 'test/fixtures'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(tree, 'test', file), text);
  writeFileSync(join(tree, 'package.json'), '{}');
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

describe('test:fast', () => {
  it.each([
    ['names the fixture', "import './fixtures/needs-root';"],
    ['takes seconds', "import './fixtures/needs-seconds';"],
    ['takes minutes', "import './fixtures/needs-minutes';"],
    ['imports one that names it', "import { mounted } from './fixtures/mounted';"],
    ['imports one that names it, among others', "import {\n  one,\n  mounted,\n} from './fixtures/mounted';"],
    ['exports one that names it', "export { mounted } from './fixtures/mounted';"],
    ['imports one by way of another', "import { far } from './fixtures/far';"],
  ])('leaves out a test file that %s', (_, text) => {
    const tree = treeOf({ ...fixtures, 'a.test.ts': text, 'b.test.ts': "import { near } from './fixtures/near';" });

    expect(slowTests(tree)).toEqual(['test/a.test.ts']);
  });

  it('leaves out what needs minutes, which test:long runs alone', () => {
    const texts = ['needs-minutes', 'needs-seconds', 'mounted'].map((name) => `import './fixtures/${name}';`);
    const [minutes = '', seconds = '', root = ''] = texts;
    const tree = treeOf({ ...fixtures, 'a.test.ts': minutes, 'b.test.ts': seconds, 'c.test.ts': root });

    expect(longTests(tree)).toEqual(['test/a.test.ts']);
    expect(slowTests(tree)).toEqual(['test/a.test.ts', 'test/b.test.ts', 'test/c.test.ts']);
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
        it('is not root', () => expect(process.getuid() === 0).toBe(${!isOpen}));
        it('has no way back', () => ${isOpen} && expect(() => process.setuid(0)).toThrow('EPERM'));
        it('finds Node and perl', () => expect(['node', 'perl'].map(started)).toEqual(['started', 'started']));
        it('finds no squashfs', () => expect(started('mksquashfs')).toBe('ENOENT'));`,
    });
    chmodSync(tree, 0o755); // for nobody

    const { status, stdout, stderr } = fast(tree);

    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests {2}4 passed \(4\)/);
    expect(stderr.includes('nobody cannot read')).toBe(!isOpen);
  });

  it('runs as whoever starts it in a clone that nobody cannot read, and says why', () => {
    const user = process.getuid?.();
    const tree = treeOf({
      'a.test.ts': `import { expect, it } from 'vitest';
        it('is who started it', () => expect(process.getuid()).toBe(${user}));`,
    });
    chmodSync(tree, 0o700);

    const { status, stdout, stderr } = fast(tree);

    expect(status, stdout + stderr).toBe(0);
    const said = `nobody cannot read ${tree}: tests run as root; chmod -R go+rX what is closed to run them without root`;
    expect(stderr.split('\n').filter((line) => line.startsWith('nobody'))).toEqual(user === 0 ? [said] : []);
  });
});

/** Whether tests of this clone can run as nobody: see base-programs.ts. */
const isOpen = process.getuid?.() !== 0 || isOpenToNobody(root);

function fast(tree: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const words = ['run', '--root', tree, '--config', join(root, 'vitest.fast.config.ts'), '--no-cache'];
  const env = { ...process.env, HOME: tree, NO_COLOR: '1', VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' };
  return spawnSync(process.execPath, [vitest, ...words], { encoding: 'utf8', env });
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs');

const fixtures = {
  'fixtures/needs-root.ts': '',
  'fixtures/needs-seconds.ts': '',
  'fixtures/needs-minutes.ts': '',
  'fixtures/mounted.ts': "import { writeFileSync } from 'node:fs';\nimport './needs-root';\nexport const mounted = 1;",
  'fixtures/far.ts': "import { mounted } from './mounted';\nexport const far = mounted;",
  'fixtures/near.ts': 'export const near = 1;',
};
