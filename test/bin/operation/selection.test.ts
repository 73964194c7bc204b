import { expect, test } from 'vitest';
import { selectionOf } from '../../../bin/operation/selection';

test('takes named releases first, and everything else from one view', () => {
  expect(selectionOf({ from: 'candidate', select: ['jammy, focal=stable', 'bootloaders=lab=2'] })).toEqual({
    select: [
      { from: 'stable', releases: ['jammy', 'focal'] },
      { from: '2', releases: ['bootloaders=lab'] },
      { from: 'candidate' },
    ],
  });
  expect(selectionOf({})).toEqual({});
});

test.each(['jammy', '=stable', 'jammy=', 'jammy,=stable', ''])('refuses --select %j', (text) => {
  expect(() => selectionOf({ select: [text] })).toThrow(
    expect.objectContaining({
      ...{ name: 'BadInput', misuse: true, hint: 'such as --select jammy,focal=stable --from candidate' },
      message: `--select ${JSON.stringify(text)}: not in the form RELEASE[,RELEASE…]=VIEW`,
    }),
  );
});
