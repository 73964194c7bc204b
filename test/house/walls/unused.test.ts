import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import type { Room } from './rooms';
import { unusedPermissions } from './unused';
import '../../fixtures/needs-seconds';

it('opens no door of the house that nothing goes through', async () => {
  expect(await unusedPermissions(join(__dirname, '../../..'))).toEqual([]);
});

it('finds each kind of permission that is not used', async () => {
  const root = temporaryFolder();
  const files = {
    'lib/job/a.ts': "import { b } from './left/b';\nimport '../catalog/c';\nimport 'node:path';",
    'lib/job/left/b.ts': "import { r } from '../right/r';\nimport 'zod';\nexport const b = r;",
    'lib/job/right/r.ts': 'export const r = 1;',
    'lib/catalog/c.ts': 'export const c = 1;',
    'bin/a.ts': "import './terminal/t';",
    'bin/terminal/t.ts': 'export const t = 1;',
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const job: Room = {
    ...{ purpose: '', rooms: ['catalog', 'store'], packages: ['node:*', 'yaml'], top: ['left', 'right'] },
    special: { zod: ['left/b.ts', 'right/r.ts'] },
    alcoves: { left: { holds: '', imports: ['right', 'top'] }, right: { holds: '', imports: ['left'] } },
  };
  const bin = { purpose: '', top: ['terminal', 'keys'], alcoves: { terminal: { holds: '', imports: ['top'] } } };

  expect(await unusedPermissions(root, { job }, bin)).toEqual([
    'lib/job may import store, and does not',
    'lib/job may import yaml, and does not',
    'lib/job may import zod in right/r.ts, and does not',
    'lib/job/left may import top, and does not',
    'lib/job/right may import left, and does not',
    'lib/job/top may import right, and does not',
    'bin/terminal may import top, and does not',
    'bin/top may import keys, and does not',
  ]);
});
