import { expect, test } from 'vitest';
import { type Build, reasonOf } from '../../../lib/local/codebuild/build';

const build = (more: Partial<Build>): Build => ({
  ...{ Id: 'Fetch:1', ProjectName: 'Fetch', BuildStatus: 'FAILED', ExportedEnvironmentVariables: [], Phases: [] },
  Logs: { DeepLink: '/logs/Fetch.log', Tail: [] },
  ...more,
});
const phase = (PhaseType: string, ...messages: string[]): Build['Phases'][number] => ({
  PhaseType,
  PhaseStatus: messages.length === 0 ? 'SUCCEEDED' : 'FAILED',
  Contexts: messages.map((Message) => ({ StatusCode: 'COMMAND_EXECUTION_ERROR', Message })),
});

test.each<[string, Partial<Build>, string]>([
  ['took too long', { BuildStatus: 'TIMED_OUT' }, 'the build exceeded the time limit of its project'],
  ['was stopped', { BuildStatus: 'STOPPED' }, 'the build was stopped'],
  ['failed in nothing that is known', { Phases: [phase('INSTALL')] }, 'the build failed'],
  ['failed in a phase', { Phases: [phase('INSTALL'), phase('BUILD', 'exit status 1')] }, 'BUILD: exit status 1'],
  ['failed in two', { Phases: [phase('BUILD', 'one'), phase('POST_BUILD', 'two')] }, 'BUILD: one'],
])('a build that %s says so', (_, more, reason) => {
  expect(reasonOf(build(more))).toBe(reason);
});
