import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { maasMirror } from './cli';

const root = join(__dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/**
 * The commands of the README's first two blocks. The first one runs in test/builds/readme.test.ts, and whole in
 * test/boots/readme.test.ts.
 */
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
      ...['npm run test:aws', 'npm run test:long'],
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
