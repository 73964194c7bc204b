import { describe, expect, it } from 'vitest';
import type { ExecutionResult, Failure } from '../../lib/job/events';
import { errorOf, isNotReady } from '../../lib/job/not-ready';

const run = { architecture: 'amd64', kernel: undefined, log: undefined, hint: undefined };

/** A build that ended with this as its last word. */
const build = (last: string, changes: Partial<Failure> = {}): Failure => {
  const tail = [':: working', `error ${last}`, '  what to do'];
  return { ...run, stage: 'ExtractGa', tail, error: 'BUILD: exit 1', ...changes };
};
/** A function that threw. */
const thrown = (error: string, changes: Partial<Failure> = {}): Failure => {
  return { ...run, stage: 'Publish', tail: [], error, ...changes };
};
const failed = (failures: readonly Failure[], error = 'ExecutionFailed'): ExecutionResult => {
  return { status: 'FAILED', error, cause: '[]', failures };
};

const late = build('NotReady: the archive is being updated');
const sequel = thrown('RequiredKernelFailed: nothing is published');

describe('an execution failed because upstream is not ready', () => {
  it.each([
    ['where a build says so last', failed([late])],
    ['where a function says so', failed([thrown('NotReady: the base is older', { stage: 'Select' })])],
    [
      'where Plan says so, which nothing catches',
      failed([thrown('NotReady: no image', { stage: 'Plan' })], 'NotReady'),
    ],
    ['where a build says so that nothing catches', failed([late], 'States.TaskFailed')],
    ['where Publish fails after the kernels of its architecture', failed([late, sequel])],
    ['where all architectures say so', failed([late, { ...late, architecture: 'arm64' }])],
  ])('%s', (_, result) => {
    expect(isNotReady(result)).toBe(true);
  });
});

describe('an execution failed of itself', () => {
  it.each([
    ['where anything else failed beside it', failed([late, build('CommandFailed: dpkg ended 1')])],
    ['where Publish fails for kernels of another architecture', failed([late, { ...sequel, architecture: 'arm64' }])],
    ['where Publish fails for kernels that no stage tried', failed([sequel])],
    ['where nobody knows why', failed([])],
    [
      'where a build said so and went on to fail of something else',
      failed([build('x', { tail: [...late.tail, 'error DiskFull: x'] })]),
    ],
    ['where the error only begins alike', failed([build('NotReadyYet: x')])],
    ['where its log cannot be read', failed([build('', { tail: ['(the log cannot be read: NotReady: x)'] })])],
    ['where somebody aborted it meanwhile', failed([late], 'ExecutionAborted')],
    ['where it ran out of time', failed([late], 'States.Timeout')],
    ['where a state broke a rule beside it', failed([late], 'States.DataLimitExceeded')],
  ])('%s', (_, result) => {
    expect(isNotReady(result)).toBe(false);
  });

  it('not at all where it succeeded without an optional flavour', () => {
    expect(isNotReady({ status: 'SUCCEEDED', output: {}, failures: [late] })).toBe(false);
  });
});

it('takes the last word of a stage for its error, and else what is said of it', () => {
  expect(errorOf(late)).toBe('NotReady: the archive is being updated');
  expect(errorOf(build('', { tail: [':: working'] }))).toBe('BUILD: exit 1');
});
