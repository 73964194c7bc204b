import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MirrorRow } from '../../lib/operations/list';
import { maasMirror } from './cli';
import { expectMirror, mirrorEnv, mirrorWords } from './readme-command';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of the README's first two blocks; the first one runs whole in test/boots/readme.test.ts. */
const [first = '', second = ''] = [...readme.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command = '']) => command);

describe('the README', () => {
  it('names the two commands that do everything', () => {
    expect(first).toBe('npm ci && npm run mirror');
    expect(second).toBe('npm ci && npm test');
    const scriptsOf = (file: string) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line) => /^npm .*?(?=$| \|\| failed=1$| >)/.exec(line) ?? []);
    expect(scriptsOf('.ci/run')).toEqual([
      ...['npm ci', 'npm run test:fast', 'npm test', 'npm run test:peers'],
      ...['npm run test:aws', 'npm run test:builds'],
    ]);
    expect(scriptsOf('.ci/nightly')).toEqual(['npm run test:boots', 'npm run test:models']);
  });

  it('documents every command, itself or on its pages', async () => {
    const { out } = await maasMirror(['--help']);
    const commands = [...out.slice(out.indexOf('Commands:')).matchAll(/^ {2}(?!help )(\w+) {2,}/gm)].map(
      ([, name]) => name,
    );

    expect(commands.length).toBeGreaterThan(20);
    const pages = readdirSync(join(root, 'docs')).map((page) => readFileSync(join(root, 'docs', page), 'utf8'));
    for (const name of commands) expect([readme, ...pages].join('\n')).toContain(`maas-mirror ${name}`);
  });
});

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
      const script = join(__dirname, 'curl-and-gpgv.sh');
      const code = await new Promise((resolve) => {
        spawn('sh', [script, url, 'candidate', join(folder, 'taken')], { stdio: 'inherit' }).once('close', resolve);
      });
      expect(code).toBe(0);
    } finally {
      server.kill('SIGTERM');
    }
  });
});
