import { expect, it } from 'vitest';
import type { MirrorError } from '../../lib/errors';
import { run } from '../../lib/machine/run';

const print = 'echo "of http://me:s3cret@a.example/x"; echo "E: http://me:s3cret@b.example/y" >&2';

it('shows no passwords of addresses that a program prints', async () => {
  expect(await run(['sh', '-c', print])).toBe('of http://a.example/x');
});

it('returns what is not shown as it is', async () => {
  expect(await run(['sh', '-c', print], { quiet: true })).toBe('of http://me:s3cret@a.example/x');
});

it.each([true, false])('refuses to go on after a failure, whose words hold no passwords (quiet: %s)', async (quiet) => {
  const failure = (await run(['sh', '-c', `${print}; exit 3`], { quiet }).catch((error) => error)) as MirrorError;

  expect(failure).toMatchObject({
    name: 'CommandFailed',
    message: expect.stringContaining('ended 3:\nof http://a.example/x\nE: http://b.example/y'),
  });
  expect(failure.message).not.toContain('s3cret');
});
