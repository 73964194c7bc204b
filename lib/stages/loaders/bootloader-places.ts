import { join } from 'node:path';
import type { BuildRequest } from '../../job/build-request';
import { ubuntuArchive } from '../../job/sources/apt-sources';
import { machineCertificates } from '../../machine/apt/apt-certificates';
import { writeBytes } from '../../machine/bytes';
import type { BootloadersRequest } from '../bootloaders';
import { networkOf } from '../sources/search';
import type { ArchivePlaces } from './bootloader-sources';

interface Places {
  readonly request: BuildRequest;
  readonly scratch: string;
  /** Holds `keyrings/`. */
  readonly tools: string;
}

/** The two archives that an order takes bootloaders from, and the keyring that they are signed with: there is no image. */
export async function bootloaderArchives({ request, scratch, tools }: Places): Promise<ArchivePlaces> {
  const keyring = await keyringFile(request.places.archiveKeyring, scratch, tools);
  const place = (which: keyof ArchivePlaces) => ({ uri: ubuntuArchive(request.places, which), keyring });
  return { archive: place('archive'), ports: place('ports') };
}

/** The same, with all that apt has to be told. */
export async function bootloadersRequest(places: Places): Promise<BootloadersRequest> {
  const network = networkOf(places.request.places);
  const aptOptions = network.ca === undefined ? [] : await machineCertificates(places.scratch, network.ca);
  return { ...(await bootloaderArchives(places)), aptOptions, network };
}

async function keyringFile(given: string | undefined, scratch: string, tools: string): Promise<string> {
  if (given === undefined) return join(tools, 'keyrings/ubuntu-archive-keyring.gpg');
  const file = join(scratch, 'archive-keyring.gpg');
  await writeBytes(file, Buffer.from(given, 'base64'));
  return file;
}
