import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findMirrorDirectory,
  openMirrorDirectory,
  openWorkDirectory,
} from '../../../lib/store/directory/mirror-directory';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const format = { 'format.json': '{"format": 1, "tool": "cdk-maas-mirror"}' };
const choose = 'give the folder of a mirror (it contains format.json), or a new folder to build into';

function folderWith(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    if (!name.endsWith('/.')) writeFileSync(join(root, name), text);
  }
  return root;
}

describe('a mirror in a directory', () => {
  it('is found by its format', async () => {
    const root = folderWith({ ...format, 'thesis.tex': '' });
    expect((await findMirrorDirectory(root))?.root).toBe(root);
  });

  it.each([
    ['no folder', '/nonexistent/maas-mirror'],
    ['an empty one', undefined],
  ])('can be made where there is %s', async (_, path) => {
    expect(await findMirrorDirectory(path ?? temporaryFolder())).toBeUndefined();
  });

  it.each(['.store/.', 'lost+found/.', '.maas-mirror-x/.'])('can be made where there is %s only', async (name) => {
    expect(await findMirrorDirectory(folderWith({ [name]: '' }))).toBeUndefined();
  });

  it.each(['.stores', 'lost', '.maas-mirro', 'a.maas-mirror-'])('refuses the files of others: %s', async (name) => {
    const root = folderWith({ [name]: '' });
    const message = `${root} is not a mirror (it has no format.json) and is not empty`;
    await expect(findMirrorDirectory(root)).rejects.toMatchObject({ name: 'ForeignDirectory', message, hint: choose });
  });

  it.each([
    'streams/v1/index.sjson',
    'candidate/streams/v1/index.sjson',
    'snapshots/2026-11/streams/v1/index.sjson',
  ])('is taken as a copy, where copies will do, for %s', async (index) => {
    const root = folderWith({ [index]: '' });

    expect((await openMirrorDirectory(root, { create: false, copies: true })).root).toBe(root);
    await expect(openMirrorDirectory(root, { create: false })).rejects.toMatchObject({ name: 'ForeignDirectory' });
  });

  it.each([
    'streams/v1/index.json',
    '.store/streams/v1/index.sjson',
    'a/b/streams/v1/index.sjson',
    'snapshots/2026-11/streams/v1/index.sjson.bak',
  ])('refuses %s as a copy', async (name) => {
    const found = findMirrorDirectory(folderWith({ [name]: '', thesis: '' }), { copies: true });
    await expect(found).rejects.toMatchObject({ name: 'ForeignDirectory' });
  });

  it('refuses what is missing, empty or a file, and says what to name', async () => {
    const root = temporaryFolder();
    const file = join(folderWith({ file: '' }), 'file');
    const open = (path: string) => openMirrorDirectory(path, { create: false });

    await expect(open(root)).rejects.toMatchObject({ message: `${root} is not a mirror: it is empty`, hint: choose });
    await expect(open(join(root, 'none'))).rejects.toMatchObject({
      ...{ name: 'NoSuchDirectory', message: `${join(root, 'none')} does not exist` },
      hint: '`maas-mirror build` creates it',
    });
    for (const path of [file, join(file, 'below')]) {
      const refused = {
        name: 'BadInput',
        message: `${path} is a file, or is inside a path that is a file`,
        hint: 'give a folder',
      };
      await expect(open(path)).rejects.toMatchObject(refused);
      await expect(openWorkDirectory(path)).rejects.toMatchObject(refused);
    }
  });

  it('refuses another format, and says which tool knows it', async () => {
    const of = (text: string) => openMirrorDirectory(folderWith({ 'format.json': text }), { create: false });

    await expect(of('{"format": 3, "tool": "cdk-maas-mirror"}')).rejects.toMatchObject({
      hint: 'use the version of maas-mirror that wrote it, or a newer one',
    });
    await expect(of(`{"tool": "${'x'.repeat(100)}"}`)).rejects.toMatchObject({
      message: expect.stringMatching(/is not a mirror: its format\.json contains \{"tool": "x{70}$/),
      hint: choose,
    });
    await expect(of('{"format": "1", "tool": "cdk-maas-mirror"}')).rejects.toMatchObject({ name: 'ForeignDirectory' });
  });
});
