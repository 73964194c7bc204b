import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { repairEnvironment, temporaryFolder, withSystemFolders } from '../../../bin/preflight/environment';

const system = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

it('finds the programs of the system, and lets nobody else write what is made, however it was started', () => {
  const umask = process.umask(0o077);
  onTestFinished(() => {
    process.umask(umask);
    vi.unstubAllEnvs();
  });
  for (const [before, after] of [
    ['/opt/bin', `/opt/bin:${system}`],
    [undefined, system],
  ] as const) {
    vi.stubEnv('PATH', before);
    repairEnvironment();
    expect(process.env.PATH).toBe(after);
  }
  expect(process.umask()).toBe(0o022);
  expect(withSystemFolders(`${system}:/opt/bin`)).toBe(`${system}:/opt/bin`);
});

/** Sets the folder for temporary files, by one of the variables that name it. */
function setTo(name: string, folder: string): void {
  for (const other of ['TMPDIR', 'TMP', 'TEMP']) vi.stubEnv(other, other === name ? folder : undefined);
  onTestFinished(() => void vi.unstubAllEnvs());
}

it('keeps temporary files where the environment says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  setTo('TMPDIR', folder);
  expect(temporaryFolder()).toBe(folder);
});

it.each([
  ['TMPDIR', '/no/such/folder', 'it does not exist'],
  ['TMP', `${__filename}/below`, 'it does not exist'],
  ['TEMP', __filename, 'it is not a folder'],
  ['TMPDIR', join(tmpdir(), 'x'.repeat(256)), 'it cannot be written to'],
])('refuses to keep them where %s names %.30s', (name, folder, why) => {
  setTo(name, folder);
  expect(() => temporaryFolder()).toThrow(
    expect.objectContaining({
      name: 'BadInput',
      message: `cannot use ${folder} for temporary files: ${why}`,
      hint: `create the folder, or set ${name} to another one`,
      misuse: true,
    }),
  );
});
