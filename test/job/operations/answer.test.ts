import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { answerable, errorOfRefusal, operationOf, refusalOf } from '../../../lib/job/operations/answer';
import { operationNeeds } from '../../../lib/job/operations/operation';
import type { OperationOutcome } from '../../../lib/job/operations/outcome';

const operation = { does: 'promote', from: 'candidate', to: 'stable' };
const asked = { operation, by: 'anna@ops1', tool: '0.2.0', needs: [...operationNeeds] };

describe('what a function is asked for', () => {
  it('is read with its defaults', () => {
    expect(operationOf(asked)).toMatchObject({
      by: 'anna@ops1',
      dryRun: false,
      operation: { ...operation, require: [] },
    });
  });

  it.each([
    ['an operation', { ...asked, operation: { does: 'prune' } }, 'the operation "prune"'],
    ['a need', { ...asked, needs: ['operations', 'doomed'] }, 'what doomed stands for'],
    ['no operation at all', {}, 'the operation "undefined"'],
    ['nothing', undefined, 'the operation "undefined"'],
  ])('refuses %s that it does not know, instead of doing half of it', (_, event, what) => {
    expect(() => operationOf(event)).toThrow(
      expect.objectContaining({
        ...{ name: 'NotSupported', message: `the functions of this stack do not know ${what}` },
        hint: 'the command is of another release: redeploy the stack with that release, or use the release of the stack',
      }),
    );
  });

  it('refuses a field that is wrong, by its name', () => {
    expect(() => operationOf({ ...asked, operation: { ...operation, to: 'Stable' } })).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(/^the operation .*operation\.to: /) }),
    );
  });
});

describe('a refusal', () => {
  it.each([
    new MirrorError('Held', 'stable holds noble', { hint: 'unhold it first' }),
    new MirrorError('NoSuchView', 'the mirror has no view a', { misuse: true }),
    new MirrorError('NoSuchView', 'the view lab was deleted meanwhile'),
    new MirrorError('NoSuchVersion', 'noble amd64 has no version before 20261123', { hint: 'remove it' }),
    new MirrorError('PlanChanged', 'the mirror has changed'),
    new MirrorError('ContractBroken', 'the view would be empty'),
  ])('travels as an answer, and is the same error at its end: $name', (error) => {
    const refusal = refusalOf(error);

    expect(refusal).toBeDefined();
    if (refusal === undefined) return;
    const { name, message, hint, misuse } = errorOfRefusal(JSON.parse(JSON.stringify(refusal)));
    expect({ name, message, hint, misuse }).toEqual({
      ...{ name: error.name, message: error.message, hint: error.hint, misuse: error.misuse },
    });
  });

  it.each([
    new MirrorError('StoreFailed', 'S3 is down'),
    new MirrorError('KeyUnusable', 'the key is disabled'),
    new TypeError('a bug'),
  ])('is no failure of the function, which alarms are about: $name', (error) => {
    expect(refusalOf(error)).toBeUndefined();
  });
});

describe('an answer', () => {
  const outcome = (lines: number): OperationOutcome => ({
    ...{ plan: 'p', at: '2026-11-30T10:15:00Z', followed: [], needs: [], remarks: [] },
    views: ['a', 'b'].map((view) => ({
      ...{ view, moved: true },
      lines: Array.from({ length: lines }, (_, at) => ({
        does: 'offer' as const,
        product: 'p'.repeat(500),
        version: `${at}`,
      })),
    })),
  });

  it('is the whole outcome where it fits', () => {
    const small = outcome(3000);

    expect(answerable(small)).toBe(small);
  });

  it('has the first lines of each view, and the number of the others, where Lambda has no room for it', () => {
    const { views } = answerable(outcome(6000));

    expect(views.map(({ lines, more }) => [lines.length, more])).toEqual([
      [1000, 5000],
      [1000, 5000],
    ]);
    expect(JSON.stringify(views).length).toBeLessThan(5_500_000);
  });
});
