import { join } from 'node:path';
import type { BuildRequest } from '../../job/build-request';
import { ubuntuArchive } from '../../job/sources/apt-sources';
import { machineCertificates } from '../../machine/apt/apt-certificates';
import { writeBytes } from '../../machine/bytes';
import type { BootloadersRequest } from '../bootloaders';
import { networkOf } from '../sources/search';
import type { Archives } from './bootloader-sources';

interface ArchivesBench {
  readonly request: BuildRequest;
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
}

/** The two archives that bootloaders come from, with the keyring that verifies them: there is no image to take one from. */
export async function bootloaderArchives({ request, scratch, tools }: ArchivesBench): Promise<Archives> {
  const keyring = await keyringFile(request.sources.archiveKeyringData, scratch, tools);
  const archive = (which: keyof Archives) => ({ uri: ubuntuArchive(request.sources, which), keyring });
  return { archive: archive('archive'), ports: archive('ports') };
}

/** The same, with all other settings of apt. */
export async function bootloaderBuildOf(bench: ArchivesBench): Promise<BootloadersRequest> {
  const network = networkOf(bench.request.sources);
  const aptOptions = network.ca === undefined ? [] : await machineCertificates(bench.scratch, network.ca);
  return { ...(await bootloaderArchives(bench)), aptOptions, network };
}

async function keyringFile(given: string | undefined, scratch: string, tools: string): Promise<string> {
  if (given === undefined) return join(tools, 'keyrings/ubuntu-archive-keyring.gpg');
  const file = join(scratch, 'archive-keyring.gpg');
  await writeBytes(file, Buffer.from(given, 'base64'));
  return file;
}
