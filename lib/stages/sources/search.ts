import { join } from 'node:path';
import type { BuildRequest } from '../../job/build-request';
import { releaseFor } from '../../job/releases/release-for';
import { type Sources, streamAddress } from '../../job/sources/sources';
import { writeBytes } from '../../machine/bytes';
import type { Network } from '../../machine/download/connections';
import type { VerifyClearsigned } from '../../simplestreams/openpgp/verified-text';
import type { FindOptions } from '../streams/find-cloud-image';
import type { StreamOptions } from '../streams/signed-stream';

/** Where to look for the cloud image of a build request, and the keyring to verify it with. */
export async function searchOf(
  bench: StreamBench & { readonly request: BuildRequest; readonly job: { readonly architecture: string } },
): Promise<FindOptions> {
  const { request, job } = bench;
  const { name: release, version } = releaseFor(request);
  return {
    ...(await streamOf(bench)),
    release,
    version,
    architecture: job.architecture,
    ...(request.serial !== undefined && { serial: request.serial }),
  };
}

interface StreamBench {
  readonly request: Pick<BuildRequest, 'sources'>;
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
  readonly verify?: VerifyClearsigned;
}

/** The stream of cloud images that a build request names, and the keyring to verify it with. */
export async function streamOf({
  request: { sources },
  scratch,
  tools,
  verify,
}: StreamBench): Promise<StreamOptions & { readonly stream: string }> {
  return {
    stream: streamAddress(sources),
    keyring: await streamKeyring(sources, scratch, tools),
    scratch,
    network: networkOf(sources),
    ...(verify && { verify }),
  };
}

/** The network settings of a build request. */
export function networkOf({ proxy, caData }: Sources): Network {
  return { ...(proxy !== undefined && { proxy }), ...(caData !== undefined && { ca: caData }) };
}

async function streamKeyring({ streamKeyringData: given }: Sources, scratch: string, tools: string): Promise<string> {
  if (given === undefined) return join(tools, 'keyrings/ubuntu-cloudimage-keyring.gpg');
  const file = join(scratch, 'given-stream-keyring.gpg');
  await writeBytes(file, Buffer.from(given, 'base64'));
  return file;
}
