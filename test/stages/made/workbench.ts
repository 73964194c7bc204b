import { vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Job } from '../../../lib/job/job';
import { jobOfStrings } from '../../../lib/job/job-of';
import { runs } from '../../../lib/job/layout';
import { planOf } from '../../../lib/job/plan';
import type { Workbench } from '../../../lib/stages/workbench';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** Builds that have come before a stage, whose folders it reads. */
const builds = { base: 'fetch:1', root: 'upgrade:1', prepared: 'prepare:1', extracted: 'extract:1' };

/** What a stage of one architecture has, with an empty work store. */
export function benchFor(stage: string, fields: object, job: Partial<Job> = {}): Workbench {
  const request = BuildRequest.parse({ architectures: ['amd64'], ...fields });
  const [planned] = planOf(request, 'in-process', 'in-process-0123456789abcdef').architectures;
  if (planned === undefined) throw new Error('nothing is planned');
  const own = { ...jobOfStrings(planned.job), ...builds, ...job };
  return {
    ...{ job: own, request, folder: runs.attempt(own, stage, `${stage}:2`) },
    ...{ store: new DirectoryStore(temporaryFolder()), scratch: temporaryFolder(), tools: 'buildspecs' },
  };
}

/** Does some work whose output would be the log of a build. @returns what it gives, and its lines of progress */
export async function withProgress<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly shown: string[] }> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const result = await work();
    const text = write.mock.calls.map(([line]) => String(line)).join('');
    return { result, shown: [...text.matchAll(/^:: (.*)$/gm)].map(([, line = '']) => line) };
  } finally {
    write.mockRestore();
  }
}
