import { expect, test } from 'vitest';
import { checkPayload, StateError } from '../../lib/local/state-error';

test('an error can be retried and caught, unless it is terminal', () => {
  expect(new StateError('Odd', 'reason')).toMatchObject({
    ...{ name: 'Odd', message: 'reason', isRetryable: true, isCatchable: true },
  });
  expect(new StateError('Odd', 'reason', { terminal: true })).toMatchObject({ isRetryable: false, isCatchable: false });
});

test('a state carries 256 KiB of JSON, in bytes, and not one more', () => {
  const longest = 'x'.repeat(256 * 1024 - 2); // and two quotation marks
  checkPayload(longest, 'the input of A');
  checkPayload(undefined, 'the input of A');

  expect(() => checkPayload(`${longest}x`, 'the input of A')).toThrow(
    expect.objectContaining({
      name: 'States.DataLimitExceeded',
      message: 'the input of A has 262145 bytes; the limit is 262144',
      isCatchable: false,
    }),
  );
  expect(() => checkPayload('ä'.repeat(131_072), 'the result of A')).toThrow('the result of A has 262146 bytes');
});
