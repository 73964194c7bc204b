import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { missingAlcoves, unplannedFolders, unusedAccess, violationsIn } from './architecture';
import { picture, withPicture } from './walls/picture';
import { doors, house, type Room, top } from './walls/rooms';
import '../fixtures/needs-seconds';

const ours = join(__dirname, '../..');
const made: string[] = [];

describe('the house', () => {
  it('stands by its own rules', async () => {
    expect(await violationsIn(ours)).toEqual([]);
  });

  it('names no file among those that touch files which does not', () => {
    expect(unusedAccess(ours)).toEqual([]);
  });

  it('names no room and no alcove that is not there', () => {
    expect(missingAlcoves(ours)).toEqual([]);
  });

  it('has no room and no alcove that the table does not name', () => {
    expect(unplannedFolders(ours)).toEqual([]);
  });
});

/** What is planted in a made-up house: [what it is, its file, its text, what is said of it]. */
type Plant = readonly [string, string, string, string];

const faults: readonly Plant[] = [
  ['a wall broken by a type', 'lib/catalog/a.ts', "import type { B } from '../job/b';", 'which catalog may not'],
  ['a wall broken by a type in place', 'lib/catalog/b.ts', "type B = import('../job/b').B;", 'which catalog may not'],
  ['a wall broken by exporting', 'lib/catalog/c.ts', "export * from '../job/b';", 'which catalog may not'],
  ['a wall broken lazily', 'lib/local/a.ts', "const a = await import('../mirror/b');", 'which local may not'],
  ['a wall broken by require', 'lib/local/b.ts', "const a = require('../mirror/b');", 'which local may not'],
  ['a room that imports a front door', 'lib/job/a.ts', "import { b } from '../../bin/b';", 'which job may not'],
  ['a room that imports the public face', 'lib/job/c.ts', "import { b } from '../index';", 'which job may not'],
  ['a public face that shows another room', 'lib/index.ts', "export * from './job/b';", 'shows mirror only'],
  ['an error that needs a room', 'lib/errors.ts', "import { b } from './job/b';", 'stands without others'],
  ['what all may import, with a package', 'lib/sha256.ts', "import 'node:fs';", 'stands without others'],
  ['a room that nobody planned', 'lib/attic/a.ts', "import { z } from 'zod';", 'only rooms of the house may'],
  [
    'an alcove that nobody planned',
    'lib/job/attic/a.ts',
    "import { b } from '../b';",
    'only alcoves that rooms.ts names',
  ],
  ['a package that the room may not have', 'lib/catalog/d.ts', "import { z } from 'zod';", 'which catalog may not'],
  ['a builtin that the room may not have', 'lib/job/d.ts', "import 'node:path';", 'which job may not'],
  ['the CDK outside mirror', 'lib/local/c.ts', "import type { App } from 'aws-cdk-lib';", 'which local may not'],
  ['an AWS client in a stage', 'lib/stages/a.ts', "import '@aws-sdk/client-s3';", 'which stages may not'],
  ['S3 outside s3.ts', 'lib/store/directory/a.ts', "import '@aws-sdk/client-s3';", 'except s3/s3.ts'],
  ['OpenPGP outside the signing files', 'lib/simplestreams/read.ts', "import 'openpgp';", 'except openpgp/openpgp-'],
  ['files read elsewhere in mirror', 'lib/mirror/a.ts', "import 'node:path';", 'except package-files.ts'],
  ['files touched by one not named', 'lib/machine/a.ts', "import 'node:fs/promises';", 'file-access.ts names'],
  ['files touched lazily', 'lib/store/a.ts', "const a = await import('node:fs');", 'file-access.ts names'],
  [
    'one that is handed trees and touches files',
    'lib/machine/tree/mounts.ts',
    "import 'node:fs'; import './inside/inside';",
    'is handed trees',
  ],
  ['processes outside machine', 'lib/local/d.ts', "import 'node:child_process';", 'only machine starts processes'],
  ['execa outside machine', 'lib/local/e.ts', "import { execa } from 'execa';", 'only machine starts processes'],
  ['a file that is named for nothing', 'lib/job/utils.ts', '', '"utils"'],
  ['a folder that is named for nothing', 'test/shared/a.ts', '', '"shared"'],
  ['half a name for nothing', 'bin/build-helpers.ts', '', '"helpers"'],
  ['a file that is too long', 'lib/job/long.ts', '\n'.repeat(200).concat('end'), '201 lines'],
  ['a file that imports itself', 'bin/a.ts', "import './a';", 'circle of imports: bin/a.ts → bin/a.ts'],
];

/** For each room something of a room that it may not import: the ground of the house has nothing above it. */
const throughWalls: readonly Plant[] = Object.entries(house).map(([room, { rooms }]) => {
  const other = Object.keys(house).find((name) => name !== room && !rooms.includes(name));
  return [`${room} importing ${other}`, `lib/${room}/through.ts`, `import '../${other}/b';`, `which ${room} may not`];
});

/** For each alcove, and for the top of each room that has some, an alcove of its room that it may not import. */
const throughAlcoves: readonly Plant[] = [
  ...Object.entries(house).flatMap(([room, table]) => outOfAlcoves(room, `lib/${room}`, table)),
  ...outOfAlcoves('bin', 'bin', doors),
];

function outOfAlcoves(
  room: string,
  folder: string,
  { alcoves = {}, top: above }: Pick<Room, 'top' | 'alcoves'>,
): Plant[] {
  const names = Object.keys(alcoves);
  return [...Object.entries(alcoves), [top, { imports: above ?? names }] as const].flatMap(([alcove, { imports }]) => {
    const other = [...names, top].find((name) => name !== alcove && !imports.includes(name));
    if (other === undefined) return []; // may import all of its room
    const up = alcove === top ? './' : '../'.repeat(alcove.split('/').length);
    const target = other === top ? `${up}b` : `${up}${other}/b`;
    const said = alcove === top ? `the top of ${room}` : `${room}/${alcove}`;
    return [
      [
        `${said} importing ${other}`,
        join(folder, alcove === top ? '' : alcove, 'out.ts'),
        `import '${target}';`,
        `which ${said} may not`,
      ],
    ];
  });
}

const plants = [...faults, ...throughWalls, ...throughAlcoves];

describe('a house like ours', () => {
  afterEach(clear);

  it('may import what the table allows', async () => {
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

    expect(await violationsIn(treeOf(files))).toEqual([]);
  });

  it('refuses rooms and alcoves that nobody planned, even where they import nothing', () => {
    const unplanned = ['bin/attic', 'lib/attic', 'lib/job/attic'];
    const planned = ['lib', 'lib/job', 'lib/job/sources', 'bin', 'bin/commands/keyring'];
    const root = treeOf(Object.fromEntries([...unplanned, ...planned].map((folder) => [`${folder}/a.ts`, ''])));

    expect(unplannedFolders(root)).toEqual(unplanned);
  });

  it('refuses a circle of imports and tells it once', async () => {
    const files = {
      'lib/job/a.ts': "import { b } from './b';",
      'lib/job/b.ts': "import { c } from './c';",
      'lib/job/c.ts': "import { a } from './a';",
    };

    expect(await violationsIn(treeOf(files))).toEqual([
      'circle of imports: lib/job/a.ts → lib/job/b.ts → lib/job/c.ts → lib/job/a.ts',
    ]);
  });

  it('refuses packages that constructs would need at run time, however far away', async () => {
    const files = {
      'lib/mirror/a.ts': "import { b } from '../job/b'; export const a = b;",
      'lib/job/b.ts': "import { z } from 'zod'; export const b = z;",
    };

    expect(await violationsIn(treeOf(files))).toEqual([
      expect.stringMatching(
        /^lib\/mirror\/a.ts: reaches .*lib\/job\/b.ts → .*zod.*, which apps that install the constructs/,
      ),
    ]);
  });

  it('may take types of what constructs do not have at run time', async () => {
    const files = {
      'lib/mirror/a.ts': "import type { B } from '../job/b'; export const a = 1 as unknown as B;",
      'lib/job/b.ts': "import { z } from 'zod'; export type B = typeof z;",
    };

    expect(await violationsIn(treeOf(files))).toEqual([]);
  });

  it('refuses more than sixteen files beside each other', async () => {
    const names = Array.from({ length: 17 }, (_, index) => [`bin/crowd/file-${index}.ts`, ''] as const);

    const violations = await violationsIn(treeOf(Object.fromEntries(names)));

    expect(violations).toEqual([expect.stringMatching(/^bin\/crowd: 17 files .* 16 are enough$/)]);
  });
});

describe('in a house with everything that is forbidden', () => {
  let violations: readonly string[];
  beforeAll(async () => {
    violations = await violationsIn(treeOf(Object.fromEntries(plants.map(([, file, text]) => [file, text]))));
    clear();
  });

  it.each(plants)('refuses %s', (_, file, __, complaint) => {
    const said = violations.filter((violation) => violation.includes(file));

    expect(said).not.toEqual([]);
    expect(said.filter((violation) => violation.includes(complaint))).toHaveLength(1);
  });

  it('says nothing of files in which nothing is forbidden', () => {
    const files = plants.map(([, file]) => file);

    expect(violations.filter((violation) => !files.some((file) => violation.includes(file)))).toEqual([]);
  });
});

/** A tree of files with these texts, and of empty ones that they import. */
function treeOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'house-'));
  made.push(root);
  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) put(file, text);
  for (const [file, text] of Object.entries(files)) {
    for (const [, name = ''] of text.matchAll(/'(\.[^']+)'/g)) {
      const imported = join(dirname(file), `${name}.ts`);
      if (!existsSync(join(root, imported))) put(imported, '');
    }
  }
  return root;
}

function clear(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
}

it('is shown by CONTRIBUTING as it is (npm run house)', async () => {
  const text = readFileSync(join(ours, 'CONTRIBUTING.md'), 'utf8');

  expect(withPicture(text, await picture(ours))).toBe(text);
});
