import { expect, it } from 'vitest';
import { failureNotification } from '../../../lib/cloud/follow/failure-notification';

const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:Machine:noble-20261125T061700-0a1b2c3d';
const execution = { name: 'noble-20261125T061700-0a1b2c3d', executionArn, status: 'FAILED' };

it('names release, view, stage, flavour, the end of the log and where the rest of it is', () => {
  const { subject, text } = failureNotification(
    { ...execution, input: JSON.stringify({ release: 'noble', view: 'next' }) },
    {
      status: 'FAILED',
      error: 'ExecutionFailed',
      cause: '["amd64: RequiredKernelFailed"]',
      failures: [
        {
          ...{ stage: 'ExtractHwe', architecture: 'amd64', kernel: 'hwe', log: 'https://console/log' },
          ...{ tail: ['E: no space'], error: 'DiskFull: the disk is full', hint: 'take a larger machine' },
        },
      ],
    },
  );

  expect(subject).toBe('MAAS mirror: noble for next failed');
  expect(text).toContain(
    'ExtractHwe amd64 hwe: the disk is full\n  take a larger machine\n  log: https://console/log\n  | E: no space',
  );
  expect(text).toContain(`/states/home?region=eu-west-1#/v2/executions/details/${executionArn}`);
  expect(text).toContain('maas-mirror build noble --view next --stack NAME');
  expect(text).toContain('Previously published images are unchanged.');
});

it('says what is known of an execution whose order is too long for an event, or that ran out of time', () => {
  const { subject, text } = failureNotification(
    { ...execution, status: 'TIMED_OUT', input: null },
    { status: 'FAILED', error: 'States.Timeout', cause: 'the execution exceeded its time limit', failures: [] },
  );

  expect(subject).toContain('noble-20261125T061700-0a1b2c3d');
  expect(text).toContain('States.Timeout: the execution exceeded its time limit');
});

it('has a subject that SNS takes', () => {
  const input = JSON.stringify({ release: 'nöble\n'.repeat(40), view: 'candidate' });
  const { subject } = failureNotification(
    { ...execution, input },
    { status: 'FAILED', error: 'E', cause: '', failures: [] },
  );
  expect(subject).toMatch(/^MAAS mirror: n\?ble\?n\?ble\?[ -~]*$/);
  expect(subject).toHaveLength(99);
});

it('tells subscribers no folder of an execution, which stands in the environment of a build', () => {
  const cause = JSON.stringify({ Build: { Environment: ['noble-20261125T061700-0a1b2c3d-0123456789abcdef'] } });
  const { text } = failureNotification(execution, {
    status: 'FAILED',
    error: 'States.TaskFailed',
    cause,
    failures: [],
  });

  expect(text).toContain('States.TaskFailed: {"Build"');
  expect(text).not.toContain('0123456789abcdef');
});

const failure = { stage: 'Select', architecture: 'amd64', kernel: undefined, log: undefined, hint: undefined };

it('is as short as what is known, one paragraph to a failure, with the last ten lines of a log', () => {
  const tail = Array.from({ length: 12 }, (_, at) => `line ${at}`);
  const { text } = failureNotification(
    { ...execution, input: JSON.stringify({ release: 'noble' }) },
    {
      ...{ status: 'FAILED', error: 'ExecutionFailed', cause: 'all' },
      failures: [
        { ...failure, tail: [], error: 'NoKernel: none' },
        { ...failure, stage: 'Publish', architecture: undefined, tail, error: 'DiskFull' },
      ],
    },
  );

  expect(text.split('\n')).toEqual([
    'The build of noble for the view candidate has ended: FAILED. Previously published images are unchanged.',
    '',
    'Select amd64: none',
    '',
    'Publish: DiskFull',
    ...tail.slice(2).map((line) => `  | ${line}`),
    '',
    expect.stringMatching(/^Execution: https:/),
    'To try again: maas-mirror build noble --view candidate --stack NAME',
  ]);
});

it.each([
  undefined,
  null,
  '',
  '{"release":"no',
  '{}',
])('goes by the name of the execution where its input is %j', (input) => {
  const { subject, text } = failureNotification(
    { ...execution, ...(input !== undefined && { input }) },
    { status: 'SUCCEEDED', output: null, failures: [] },
  );

  expect(subject).toBe(`MAAS mirror: ${execution.name} for candidate failed`);
  expect(text.split('\n').slice(0, 4)).toEqual([
    `The build of ${execution.name} for the view candidate has ended: FAILED. Previously published images are unchanged.`,
    ...['', 'FAILED', ''],
  ]);
});
