import { describe, expect, it } from 'vitest';
import { systemError } from '../../../bin/terminal/system-error';

const failed = (fields: object) => Object.assign(new Error('of the system'), fields);

describe('an error of the system', () => {
  it.each([
    [
      true,
      'check the file system of the path, and its attributes (lsattr): root may not change a file that is immutable',
    ],
    [false, 'check the owner and mode of the path and its parent folders, or run the command as root'],
  ])('of permissions says what to do, as root: %s', (isRoot, hint) => {
    for (const code of ['EACCES', 'EPERM']) {
      const cause = failed({ code, path: '/a' });
      expect(systemError(cause, isRoot)).toMatchObject({ name: 'AccessDenied', hint, cause });
    }
  });

  it('about two paths names both', () => {
    expect(systemError(failed({ code: 'EACCES', path: '/a', dest: '/b' }))).toMatchObject({
      message: 'permission denied: /a -> /b',
    });
  });

  it('of a mirror on two file systems says which', () => {
    expect(systemError(failed({ code: 'EXDEV', path: '/srv/mirror/.store/tmp/x', dest: '/else/lab/y' }))).toMatchObject(
      {
        name: 'NotSupported',
        message: '/else/lab/y is on another file system than /srv/mirror/.store/tmp/x',
        hint: expect.stringContaining('move the folder back'),
      },
    );
  });

  it('of a read-only file system says which', () => {
    expect(systemError(failed({ code: 'EROFS', path: '/srv/mirror/x' }))).toMatchObject({
      name: 'AccessDenied',
      message: 'read-only file system: /srv/mirror/x',
      hint: expect.stringContaining('writable'),
    });
  });

  it('of a working directory that is gone keeps its cause', () => {
    const cause = failed({ code: 'ENOENT', syscall: 'uv_cwd' });
    expect(systemError(cause)).toMatchObject({ name: 'NoSuchDirectory', misuse: true, cause });
  });

  it.each([
    { code: 'ENOENT', syscall: 'open', path: '/a' },
    { code: 'EPERM', syscall: 'uv_cwd' },
    { code: 'EIO', path: '/a' },
  ])('that is another one is unchanged: %j', (fields) => {
    const error = failed(fields);
    expect(systemError(error)).toBe(error);
  });
});
