import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MirrorRow } from '../../lib/operations/list';
import { maasMirror } from '../build/cli';
import { expectMirror, mirrorEnv, mirrorWords } from '../build/readme-command';

const root = join(__dirname, '../..');

describe('npm run mirror', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The script itself, with one of its two kernels and a root that is quickly packed. test/boots/readme.test.ts runs all of it. */
  const words = () => mirrorWords(folder, '--kernel', 'cloud', '--compression', 'lz4', '--no-boot-test');

  it('builds and signs Debian, and the mirror verifies', async () => {
    await expectMirror(folder, words(), '1 product, 1 version, 5 objects');
    const listed = JSON.parse((await maasMirror(['list', join(folder, 'mirror'), '--json'])).out) as MirrorRow[];
    expect(listed.map(({ kernel }) => kernel)).toEqual(['cloud']);
  });

  it('finds by a look at the sources that nothing is new', async () => {
    const index = readFileSync(join(folder, 'mirror/candidate/streams/v1/index.sjson'));
    const { code, out, err } = await maasMirror(words(), { env: mirrorEnv(folder) });

    expect(code).toBe(0);
    expect(out).toContain('up to date');
    expect(err).not.toMatch(/Fetch amd64 …/);
    expect(readFileSync(join(folder, 'mirror/candidate/streams/v1/index.sjson'))).toEqual(index);
  });

  it('is read by curl and gpgv alone', async () => {
    const server = spawn(process.execPath, [
      join(root, 'dist/bin/maas-mirror.js'),
      'serve',
      join(folder, 'mirror'),
      '--listen',
      '127.0.0.1:0',
    ]);
    try {
      const url = await new Promise<string>((resolve) => {
        server.stdout.setEncoding('utf8').on('data', (text: string) => {
          const found = /at (http:\S+)/.exec(text)?.[1];
          if (found) resolve(found.replace(/\/$/, ''));
        });
      });
      const script = join(root, 'test/build/curl-and-gpgv.sh');
      const code = await new Promise((resolve) => {
        spawn('sh', [script, url, 'candidate', join(folder, 'taken')], { stdio: 'inherit' }).once('close', resolve);
      });
      expect(code).toBe(0);
    } finally {
      server.kill('SIGTERM');
    }
  });
});
