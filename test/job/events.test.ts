import { expect, it } from 'vitest';
import { concluding, isTold } from '../../lib/job/events';

it('tells of each stage, and of the end of an execution only where it fails by itself', () => {
  expect(isTold({ stage: 'Plan', type: 'started' })).toBe(true);
  expect(isTold({ stage: 'Plan', type: 'failed', error: 'ExecutionFailed' })).toBe(true);
  expect(isTold({ stage: concluding, type: 'started' })).toBe(false);
  expect(isTold({ stage: concluding, type: 'finished' })).toBe(false);
  expect(isTold({ stage: concluding, type: 'failed', error: 'ExecutionFailed: noble' })).toBe(false);
  expect(isTold({ stage: concluding, type: 'failed', error: 'AccessDenied' })).toBe(true);
  expect(isTold({ stage: concluding, type: 'failed' })).toBe(true);
});
