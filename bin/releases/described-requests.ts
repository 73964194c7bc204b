import { existsSync, readFileSync } from 'node:fs';
import { supportMark } from '../../lib/catalog/support';
import type { BuildRequest } from '../../lib/job/build-request';
import { bootloadersRequest } from '../../lib/job/job';
import { planOf } from '../../lib/job/plan';
import { distroInfoFile } from '../../lib/job/releases/distro-info';
import { isDescribed, releaseFor, toldBy } from '../../lib/job/releases/release-for';
import { describedRequest } from '../../lib/stages/releases/described-request';
import { withStreamBench } from './stream-bench';

/**
 * Build requests whose releases are all known: those that the catalogue does not have are looked up in the signed stream of
 * cloud images and in this machine's distro-info-data. Nothing is downloaded if the catalogue has them all.
 * @throws UnknownRelease, UnknownArchitecture, UnknownKernel, NotSupported, BadInput (all misuse); BadFormat, BadSignature
 */
export async function describedRequests(
  requests: readonly BuildRequest[],
  { distroInfo = textOf(distroInfoFile) }: { readonly distroInfo?: string | undefined } = {},
): Promise<BuildRequest[]> {
  const described: BuildRequest[] = [];
  for (const request of requests) {
    if (request.release === bootloadersRequest || isDescribed(request)) described.push(request);
    else described.push(await lookedUp(request, distroInfo));
  }
  return described;
}

async function lookedUp(request: BuildRequest, distroInfo: string | undefined): Promise<BuildRequest> {
  const described = await withStreamBench((bench) => describedRequest(request, { ...bench, distroInfo }));
  planOf(described, 'check');
  return described;
}

/** The text of a file, if it exists. */
export function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** The title of a release, its source, and whether its support has ended. Undefined if only the stack knows it. */
export function releaseLine(request: BuildRequest, now: Date): string | undefined {
  if (request.release === bootloadersRequest || !isDescribed(request)) return undefined;
  const release = releaseFor(request);
  const mark = supportMark(release, now);
  return `${release.name} is ${release.title} (${toldBy(request)})${mark === undefined ? '' : `; support ${mark}`}`;
}
