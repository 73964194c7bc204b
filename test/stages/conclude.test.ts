import { afterEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../bin/lambda/plan';
import { BuildRequest } from '../../lib/job/build-request';
import { bundlesVariable } from '../../lib/job/environment';
import { planOf } from '../../lib/job/plan';

const plan = planOf(BuildRequest.parse({ release: 'noble', architectures: ['amd64', 'arm64'] }), 'run-1');
const resultOf = (architecture: string, outcome: string) => {
  return { outcome, architecture, summary: `${architecture}: ${outcome}`, more: { of: 'it' } };
};

describe('the end of an execution', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('gives what came of each architecture, with all that is known of it', async () => {
    const architectures = [resultOf('amd64', 'published'), resultOf('arm64', 'published')];

    expect(await handler({ plan, architectures, redrives: 0 })).toEqual({
      again: false,
      result: { execution: 'run-1', release: 'noble', view: 'candidate', architectures },
    });
  });

  it('fails where one has failed, and plans it again in a redrive', async () => {
    const architectures = [resultOf('amd64', 'published'), resultOf('arm64', 'failed')];

    await expect(handler({ plan, architectures, redrives: 0 })).rejects.toMatchObject({
      name: 'ExecutionFailed',
      message: '["amd64: published","arm64: failed"]',
    });
    expect(await handler({ plan, architectures, redrives: 2 })).toEqual({
      again: true,
      plan: { ...plan, architectures: plan.architectures.slice(1), published: architectures.slice(0, 1), redrives: 2 },
    });
  });

  it('goes on with no plan of other bundles', async () => {
    vi.stubEnv(bundlesVariable, 'newer');
    const architectures = [resultOf('amd64', 'failed'), resultOf('arm64', 'failed')];

    await expect(handler({ plan, architectures, redrives: 1 })).rejects.toMatchObject({ name: 'NotSupported' });
  });

  it('refuses what is no result', async () => {
    const architectures = [{ outcome: 'lost', architecture: 'amd64', summary: '' }];

    await expect(handler({ plan, architectures, redrives: 0 })).rejects.toMatchObject({ name: 'BadInput' });
  });
});
