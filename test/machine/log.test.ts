import { afterEach, expect, it, vi } from 'vitest';
import { logLine, progress } from '../../lib/machine/log';

afterEach(() => void vi.restoreAllMocks());

function written(work: () => void): string {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  work();
  return write.mock.calls.map(([text]) => String(text)).join('');
}

it('writes progress as one line, whatever a package is called', () => {
  expect(written(() => progress('installing evil\n:: published\u001b[2K'))).toBe(':: installing evil :: published\n');
});

it('writes no progress for what a program or a console says', () => {
  expect(written(() => logLine(':: published\n:: again\rhttp://me:s3cret@a.example/'))).toBe(
    ' :: published\nhttp://a.example/\n',
  );
});
