import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import ownTemporary, { removeUnlessMounted } from './own-temporary';

afterEach(() => vi.unstubAllEnvs());

describe('the temporary folder of a run', () => {
  it('is where these tests work', () => {
    expect(process.env.TESTS_OWN_TMPDIR).toBe(tmpdir());
    expect(tmpdir()).toMatch(/\/t-\w{6}$/);
  });

  it('is made once for all projects, and gone with all that is in it when they are over', () => {
    vi.stubEnv('TMPDIR', temporaryFolder());
    vi.stubEnv('TESTS_OWN_TMPDIR', undefined);
    const before = tmpdir();

    const end = ownTemporary();
    const folder = tmpdir();
    writeFileSync(join(folder, 'left'), '');
    expect(ownTemporary()).toBeUndefined();
    end?.();

    expect(folder.startsWith(`${before}/t-`)).toBe(true);
    expect(existsSync(folder)).toBe(false);
    expect(tmpdir()).toBe(before);
  });

  it('refuses to be removed where a test left a mount', () => {
    const folder = temporaryFolder();
    const mounts = `tmpfs ${folder}-other tmpfs rw 0 0\ntmpfs ${folder}/a tmpfs rw 0 0\ntmpfs ${folder}/a/b tmpfs rw 0 0\n`;

    expect(() => removeUnlessMounted(folder, mounts)).toThrow(
      `tests left mounts: umount ${folder}/a/b ${folder}/a; rm -r ${folder}`,
    );
    expect(existsSync(folder)).toBe(true);
  });
});
