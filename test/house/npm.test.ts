import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import '../fixtures/needs-seconds';

const root = join(__dirname, '../..');

interface Locked {
  readonly optional?: boolean;
  readonly engines?: object;
}

/** What `npm ci` would print for a project that this Node is too old for. */
function printedBy(settings?: string): string {
  const folder = temporaryFolder();
  const project = { name: 'newer', version: '1.0.0', engines: { node: '>=99' } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  const lock = { ...project, lockfileVersion: 3, requires: true, packages: { '': project } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
  if (settings !== undefined) copyFileSync(settings, join(folder, '.npmrc'));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--offline'], { cwd: folder, env, encoding: 'utf8' });
  expect(status).toBe(0);
  return stderr;
}

describe('on an older Node', () => {
  it('npm ci prints no warnings about it, which it does by default', () => {
    expect(printedBy()).toContain('EBADENGINE');
    expect(printedBy(join(root, '.npmrc'))).toBe('');
  });

  it('npm ci installs what is built for this machine: it skips optional packages that want a newer Node than its own', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const optional = Object.entries<Locked>(packages).filter(([, entry]) => entry.optional);

    expect(optional.map(([name]) => name)).toContain('node_modules/@rolldown/binding-linux-x64-gnu');
    const skipped = optional.filter(([, { engines }]) => engines !== undefined).map(([name]) => name);
    expect(skipped, 'npm run lock removes these fields').toEqual([]);
  });

  it('scripts of package.json start others by Node 22: the npm of the older one may not run on it', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const nested = Object.entries<string>(scripts).filter(([, line]) => /\bnpm run\b/.test(line));

    expect(nested.map(([name]) => name)).toEqual(['pack:python']); // which also needs npm for what it downloads
  });
});
