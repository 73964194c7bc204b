import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { unusedAccess, violationsIn } from './architecture';

describe('the house', () => {
  it('stands by its own rules', () => {
    expect(violationsIn(join(__dirname, '../..'))).toEqual([]);
  });

  it('names no file among those that touch files which does not', () => {
    expect(unusedAccess(join(__dirname, '../..'))).toEqual([]);
  });
});

describe('a house like ours', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });

  /** A tree of files with these texts; returns what is wrong with it. */
  function violationsOf(files: Record<string, string>): string[] {
    const root = mkdtempSync(join(tmpdir(), 'house-'));
    made.push(root);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return violationsIn(root);
  }

  it('may import what the table allows', () => {
    const files = {
      'lib/errors.ts': '',
      'lib/index.ts': "export * from './mirror/mirror';",
      'lib/catalog/releases.ts': "import { E } from '../errors'; import { b } from './rows';",
      'lib/catalog/rows.ts': '',
      'lib/job/plan.ts': "import { z } from 'zod'; import { r } from '../catalog/releases';",
      'lib/mirror/mirror.ts': "import * as s3 from 'aws-cdk-lib/aws-s3'; import type { P } from '../job/plan';",
      'lib/mirror/package-files.ts': "import { readFileSync } from 'node:fs';",
      'lib/machine/run.ts': "import { execa } from 'execa'; import { spawn } from 'node:child_process';",
      'lib/simplestreams/openpgp/openpgp-signer.ts': "import { sign } from 'openpgp';",
      'lib/store/s3/s3.ts': "import { S3Client } from '@aws-sdk/client-s3';",
      'bin/app.ts': "import { App } from 'aws-cdk-lib'; import '../lib/mirror/mirror';",
    };

    expect(violationsOf(files)).toEqual([]);
  });

  it.each([
    ['a room that imports one it may not', 'lib/catalog/a.ts', "import { b } from '../job/b';", 'may not import job'],
    ['a wall broken by a type', 'lib/catalog/a.ts', "import type { B } from '../job/b';", 'may not import job'],
    ['a wall broken by a type in place', 'lib/catalog/a.ts', "type B = import('../job/b').B;", 'may not import job'],
    ['a wall broken by exporting', 'lib/catalog/a.ts', "export * from '../job/b';", 'may not import job'],
    ['a wall broken lazily', 'lib/local/a.ts', "const a = await import('../mirror/b');", 'may not import mirror'],
    ['a wall broken by require', 'lib/local/a.ts', "const a = require('../mirror/b');", 'may not import mirror'],
    ['a room that imports a front door', 'lib/job/a.ts', "import { b } from '../../bin/b';", 'lib stands without it'],
    ['a room that imports the public face', 'lib/job/a.ts', "import { b } from '../index';", 'may not import'],
    ['a public face that shows another room', 'lib/index.ts', "export * from './job/b';", 'may not import job'],
    ['a room that nobody planned', 'lib/attic/a.ts', "import { z } from 'zod';", 'only rooms that the house knows'],
    ['a package that the room may not have', 'lib/catalog/a.ts', "import { z } from 'zod';", 'which catalog may not'],
    ['a builtin that the room may not have', 'lib/job/a.ts', "import 'node:fs';", 'which job may not'],
    ['the CDK outside mirror', 'lib/local/a.ts', "import type { App } from 'aws-cdk-lib';", 'which local may not'],
    ['an AWS client in a stage', 'lib/stages/a.ts', "import '@aws-sdk/client-s3';", 'which stages may not'],
    ['S3 outside s3.ts', 'lib/store/directory/directory.ts', "import '@aws-sdk/client-s3';", 'which store may not'],
    ['OpenPGP outside the signing files', 'lib/simplestreams/read.ts', "import 'openpgp';", 'simplestreams may not'],
    ['files read elsewhere in mirror', 'lib/mirror/workflow/workflow.ts', "import 'node:fs';", 'which mirror may not'],
    [
      'files touched by one that is not named',
      'lib/machine/a.ts',
      "import 'node:fs/promises';",
      'file-access.ts names',
    ],
    ['files touched lazily', 'lib/store/a.ts', "const a = await import('node:fs');", 'file-access.ts names'],
    [
      'one that is handed trees and touches files',
      'lib/machine/tree/mounts.ts',
      "import 'node:fs'; import './inside/inside';",
      'is handed trees (lib/machine/tree/inside/inside',
    ],
    ['processes outside machine', 'lib/local/a.ts', "import 'node:child_process';", 'only machine starts processes'],
    ['execa outside machine', 'lib/stages/a.ts', "import { execa } from 'execa';", 'only machine starts processes'],
    ['a file that is named for nothing', 'lib/job/utils.ts', '', '"utils"'],
    ['a folder that is named for nothing', 'test/shared/a.ts', '', '"shared"'],
    ['half a name for nothing', 'bin/build-helpers.ts', '', '"helpers"'],
    ['a file that is too long', 'lib/job/a.ts', '\n'.repeat(200).concat('end'), '201 lines'],
  ])('refuses %s', (_, file, text, complaint) => {
    const violations = violationsOf({ [file]: text });

    expect(violations).toEqual([expect.stringContaining(complaint)]);
    expect(violations[0]).toContain(file);
  });

  it('refuses a circle of imports and tells it once', () => {
    const files = {
      'lib/job/a.ts': "import { b } from './b';",
      'lib/job/b.ts': "import { c } from './c';",
      'lib/job/c.ts': "import { a } from './a';",
    };

    expect(violationsOf(files)).toEqual([
      'circle of imports: lib/job/a.ts → lib/job/b.ts → lib/job/c.ts → lib/job/a.ts',
    ]);
  });

  it('refuses a file that imports itself', () => {
    expect(violationsOf({ 'bin/a.ts': "import './a';" })).toEqual(['circle of imports: bin/a.ts → bin/a.ts']);
  });
});
