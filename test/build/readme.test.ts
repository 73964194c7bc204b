import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MirrorRow } from '../../lib/operations/list';
import { maasMirror } from './cli';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The commands of the README's first two blocks, and what package.json makes of them. */
const [first = '', second = ''] = [...readme.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command = '']) => command);
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

describe('the README', () => {
  it('names the two commands that do everything', () => {
    expect(first).toBe('npm ci && npm run mirror');
    expect(second).toBe('npm ci && npm test');
    expect(readFileSync(join(root, '.ci/run'), 'utf8')).toMatch(/^npm ci\nnpm test$/m);
  });

  it('documents every command that there is', async () => {
    const { out } = await maasMirror(['--help']);
    const commands = [...out.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);

    expect(commands.length).toBeGreaterThan(4);
    for (const name of commands) expect(readme).toContain(`maas-mirror ${name}`);
  });
});

describe('npm run mirror', () => {
  let folder: string;
  const env = () => ({ XDG_DATA_HOME: join(folder, 'data') });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'readme-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The script itself, with another folder for the mirror: the last --mirror counts. */
  const words = () => {
    const command = scripts.mirror?.split('node dist/bin/maas-mirror.js ')[1] ?? '';
    return [...command.split(' '), '--mirror', join(folder, 'mirror'), '--no-serve'];
  };

  it('builds, boots and signs Debian with two kernels, and the mirror verifies', { timeout: 900_000 }, async () => {
    const { code, out, err } = await maasMirror(words(), { env: env() });
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
    expect(out).toMatch(/^✓ bookworm: amd64: published version \d{8}$/m);
    expect(out).toMatch(/^ {2}fingerprint {2}[0-9A-F]{40}$/m);

    const verified = await maasMirror(['verify', join(folder, 'mirror')]);
    expect(verified.out).toMatch(/^✓ candidate: 2 products, 2 versions, 8 objects/);
    expect(verified.code).toBe(0);

    // The whole console of both boots is kept, up to what cloud-init reported from the running system.
    const [run = ''] = readdirSync(join(folder, 'mirror.work/logs'));
    const listed = JSON.parse((await maasMirror(['list', join(folder, 'mirror'), '--json'])).out) as MirrorRow[];
    for (const kernel of ['generic', 'cloud']) {
      const log = readFileSync(join(folder, 'mirror.work/logs', run, `BootTest-amd64-${kernel}.log`), 'utf8');
      const release = listed.find((row) => row.kernel === kernel)?.kernelVersion ?? 'none';
      expect(log).toContain(`Linux version ${release} `);
      expect(log).toMatch(/maas-mirror-boot [0-9a-f]{16} kernel=\S+ root=overlay modules=present/);
    }
  });

  it('finds within seconds that nothing is new', { timeout: 60_000 }, async () => {
    const index = readFileSync(join(folder, 'mirror/candidate/streams/v1/index.sjson'));
    const started = performance.now();
    const { code, out } = await maasMirror(words(), { env: env() });

    expect(code).toBe(0);
    expect(out).toContain('nothing is new');
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(readFileSync(join(folder, 'mirror/candidate/streams/v1/index.sjson'))).toEqual(index);
  });

  it('is read by curl and gpgv alone', { timeout: 60_000 }, async () => {
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
