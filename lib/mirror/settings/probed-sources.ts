import { architectureOf } from '../../catalog/architectures';
import { familyOf } from '../../catalog/releases';
import type { ProbedSources } from '../../job/aws/probe';
import type { BuildRequest } from '../../job/build-request';
import { bootloadersRequest } from '../../job/job';
import { checks } from '../checks';
import type { ProbeSettings } from './probe-settings';
import type { Settings } from './settings';

/** The sources of everything that the mirror builds by schedule; Ubuntu's own sources if it has no views. */
export function probeSettings({ requests, releases, architectures }: Settings): ProbeSettings {
  const images = requests.filter(({ release }) => release !== bootloadersRequest);
  const tried = images.length > 0 ? images : [requestOf(releases, architectures)];
  const { proxy, caData } = tried[0]?.sources ?? {};
  const documents = [...new Set(tried.flatMap(documentsOf))];
  const sources = { documents, ...(proxy !== undefined && { proxy }), ...(caData !== undefined && { caData }) };
  return { sources: carried(sources), foreign: architectures.filter(isEmulated) };
}

/** Characters of one variable; CodeBuild allows about 5500 for all variables of a build. */
const longestVariable = 3500;

function carried(sources: ProbedSources): string {
  const text = JSON.stringify(sources);
  if (text.length <= longestVariable) return text;
  const untried = 'the list of sources, with the certificates of ca, is too long for an environment variable';
  return JSON.stringify({ documents: [], untried } satisfies ProbedSources);
}

/** The request of `maas-mirror build --stack`, for a release whose archive is kept for years. */
function requestOf(releases: readonly string[], architectures: readonly string[]): BuildRequest {
  const release = releases.includes('noble') ? 'noble' : (releases.at(-1) ?? 'noble');
  return checks().BuildRequest.parse({ release, architectures });
}

/** One document of each source, except of repositories that require a password: the probe has none. */
function documentsOf(request: BuildRequest): string[] {
  const { architectures, release, sources } = request;
  const { addedSources, archiveSources, streamAddress } = checks();
  const archives = architectures.flatMap((architecture) => archiveSources(request, architecture).slice(0, 1));
  const added = architectures
    .flatMap((architecture) => addedSources(request, architecture))
    .filter(({ credentials }) => credentials === undefined);
  return [
    ...(familyOf(release) === 'ubuntu' ? [startOf(streamAddress(sources))] : []),
    ...[...archives, ...added].map(({ uri, suite }) => releaseFile(uri.replace(/\/+$/, ''), suite)),
  ];
}

function startOf(stream: string): string {
  return stream.endsWith('.sjson') ? stream : `${stream.replace(/\/+$/, '')}/streams/v1/index.sjson`;
}

/** A suite that ends with a slash is a path: sources.list(5). */
function releaseFile(uri: string, suite: string): string {
  return suite.endsWith('/') ? `${uri}/${suite.replace(/^\.?\//, '')}InRelease` : `${uri}/dists/${suite}/InRelease`;
}

/** arm64 images are changed on arm machines. On x86 they are only fetched, without running their programs. */
function isEmulated(architecture: string): boolean {
  const { nativeOn } = architectureOf(architecture);
  return !nativeOn.includes('amd64') && !nativeOn.includes('arm64');
}
