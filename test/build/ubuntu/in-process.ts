import { join } from 'node:path';
import { vi } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import type { Fetched } from '../../../lib/job/handed-on/results';
import type { Job } from '../../../lib/job/job';
import { jobOfStrings } from '../../../lib/job/job-of';
import { foldersOf, made, runs } from '../../../lib/job/layout';
import { planOf } from '../../../lib/job/plan';
import { fetch } from '../../../lib/stages/fetch';
import { upgrade } from '../../../lib/stages/upgrade';
import type { Workbench } from '../../../lib/stages/workbench';
import { openWorkDirectory } from '../../../lib/store/open';
import type { LookAlike } from '../../fixtures/images/look-alike';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** An image that the upgrade stage has made: paths of its files. */
export interface Upgraded {
  readonly squashfs: string;
  readonly manifest: string;
}

/** An order of a look-alike's only architecture. */
function requestFor({ release, architecture }: LookAlike, fields: object): BuildRequest {
  return BuildRequest.parse({ release, architectures: [architecture], ...fields });
}

/**
 * Runs the real upgrade stage in this process, on an image as if Fetch had brought it: without the five programs and the
 * state machine around it, which are the same for whatever is ordered.
 * @param archive address of the release's archive
 * @param base @default the look-alike's own image
 */
export async function upgradeInProcess(
  look: LookAlike,
  archive: string,
  { sources = {}, ...fields }: { readonly customise: object; readonly sources?: object; readonly compression?: string },
  base = look.squashfs,
): Promise<Upgraded> {
  const bench = await benchFor(requestFor(look, { ...fields, sources: { archive, ports: archive, ...sources } }));
  await bench.store.create(made.squashfs(foldersOf(bench.job).base), { file: base });
  {
    using _ = silent();
    await upgrade(bench);
  }
  const at = (key: string) => join(bench.work, key);
  return { squashfs: at(made.squashfs(bench.folder)), manifest: at(made.manifest(bench.folder)) };
}

/** Runs the real fetch stage in this process, with what it takes the image from. */
export async function fetchInProcess(look: LookAlike, sources: object): Promise<Fetched> {
  using _ = silent();
  return await fetch(await benchFor(requestFor(look, { sources })));
}

/** What a stage has. @returns `work`: the folder of its store */
async function benchFor(request: BuildRequest): Promise<Workbench & { readonly work: string }> {
  const execution = 'in-process';
  const [planned] = planOf(request, execution, `${execution}-0123456789abcdef`).architectures;
  if (planned === undefined) throw new Error('nothing is planned');
  const job: Job = { ...jobOfStrings(planned.job), base: 'Fetch:1' };
  const work = temporaryFolder();
  return {
    ...{ job, request, work, store: await openWorkDirectory(work), folder: runs.attempt(job, 'upgrade', 'Upgrade:1') },
    ...{ scratch: temporaryFolder(), tools: join(__dirname, '../../../buildspecs') },
  };
}

/** Keeps what a stage prints out of what the tests print: a build has a log for it. */
function silent(): Disposable {
  const spy = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  return { [Symbol.dispose]: () => spy.mockRestore() };
}
