import { describe, expect, it } from 'vitest';
import { checkForUpdatesInputOf, keptUpSince } from '../../../lib/job/aws/check-for-updates';
import { failureMeasured, measurements } from '../../../lib/job/aws/metrics';

const request = { release: 'noble', architectures: ['amd64'] };

describe('what the schedule gives to CheckForUpdates', () => {
  it('is an order, and when it was due', () => {
    const { request: read, at } = checkForUpdatesInputOf({ request, at: '2026-11-25T06:17:00Z' });
    expect(read).toMatchObject({ release: 'noble', view: 'candidate', rebuild: false });
    expect(at).toEqual(new Date('2026-11-25T06:17:00Z'));
  });

  it.each([
    ['no time', { request }, /the input of CheckForUpdates.*at: /s],
    ['a time that is none', { request, at: 'this morning' }, /at: /],
    ['an order without a release', { request: {}, at: '2026-11-25T06:17:00Z' }, /request\.release: /],
    ['a field that nobody knows', { request, at: '2026-11-25T06:17:00Z', views: [] }, /views/],
  ])('refuses %s', (_, event, message) => {
    expect(() => checkForUpdatesInputOf(event)).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message) }),
    );
  });
});

it('takes a success of the day before for a sign that the mirror keeps up, and none of two days before', () => {
  expect(keptUpSince({ at: new Date('2026-11-25T06:17:00Z') })).toEqual(new Date('2026-11-24T00:17:00Z'));
});

describe('what CheckForUpdates measures', () => {
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Mirror';
  const checkForUpdates = {
    stateMachineArn,
    view: 'candidate',
    release: 'noble',
    at: new Date('2026-11-25T12:00:00Z'),
  };

  it('is a line that CloudWatch makes metrics of: every metric that it names is there', () => {
    const line = measurements({ ...checkForUpdates, behind: 1, published: new Date('2026-11-24T00:00:00Z') });
    expect(line).toEqual({
      _aws: {
        Timestamp: Date.parse('2026-11-25T12:00:00Z'),
        CloudWatchMetrics: [
          {
            Namespace: 'MaasMirror',
            Dimensions: [['StateMachineArn', 'View', 'Release']],
            Metrics: [{ Name: 'Behind' }, { Name: 'AgeDays' }],
          },
        ],
      },
      StateMachineArn: stateMachineArn,
      View: 'candidate',
      Release: 'noble',
      Behind: 1,
      AgeDays: 1.5,
    });
  });

  it('has no age where nothing was published', () => {
    const line = measurements({ ...checkForUpdates, behind: 1, published: undefined });
    expect(line).not.toHaveProperty('AgeDays');
    expect(JSON.stringify(line)).not.toContain('"Name":"AgeDays"');
  });
});

it('measures of an execution whether it failed, by its state machine', () => {
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Mirror';
  expect(failureMeasured({ stateMachineArn, at: new Date('2026-11-25T12:00:00Z'), failed: 0 })).toEqual({
    _aws: {
      Timestamp: Date.parse('2026-11-25T12:00:00Z'),
      CloudWatchMetrics: [
        { Namespace: 'MaasMirror', Dimensions: [['StateMachineArn']], Metrics: [{ Name: 'Failed' }] },
      ],
    },
    StateMachineArn: stateMachineArn,
    Failed: 0,
  });
});
