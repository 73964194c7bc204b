import { expect, it } from 'vitest';
import type { MirrorError } from '../../lib/errors';
import { run } from '../../lib/machine/run';
import '../fixtures/needs-seconds';

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
    message: expect.stringContaining('exited with 3:\nof http://a.example/x\nE: http://b.example/y'),
  });
  expect(failure.message).not.toContain('s3cret');
});

it('shows lines that are cut, as plain text, of a program that ends none', async () => {
  const billion = 'head -c 1000000000 /dev/zero | tr "\\0" x; printf "\\n:: forged\\n\\033[2Kred\\r:: forged\\n"';
  const [long = '', ...rest] = (await run(['sh', '-c', billion])).split('\n');

  expect([long.length, long.at(-1)]).toEqual([64 * 1024 + ' […]'.length, ']']);
  expect(rest).toEqual([' :: forged', ' :: forged']);
});

it('keeps a megabyte of what it shows, however long a program goes on', async () => {
  const lines = (
    await run(['sh', '-c', 'yes "a line of a hundred letters or so, as they are common" | head -c 3000000; echo last'])
  ).split('\n');

  expect(lines.at(-1)).toContain('last');
  expect(lines.join('\n').length).toBeLessThanOrEqual(1024 * 1024);
});

it('refuses to go on where a program that is not shown prints more than is kept', async () => {
  await expect(run(['sh', '-c', 'head -c 100000000 /dev/zero'], { quiet: true })).rejects.toMatchObject({
    name: 'CommandFailed',
    message: expect.stringContaining('printed more than 64 MB'),
  });
});

it('names in a failure what it was told to, and forges no progress by it', async () => {
  const script = 'printf "one\\n:: forged\\n" >&2; exit 1';
  await expect(run(['sh', '-c', script], { quiet: true, shown: ['apt-get', 'update'] })).rejects.toMatchObject({
    message: 'apt-get update exited with 1:\none\n :: forged',
  });
});
