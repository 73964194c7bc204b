import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRelease } from '../../../lib/catalog/releases';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { type LookAlike, serveArchive } from '../../fixtures/images/look-alike';
import { giveSigningKey } from '../../fixtures/keys/signing-key';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { publishCloudImages, type StreamImage } from '../../fixtures/streams/cloud-stream';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** All that a build of Ubuntu takes from the network, on this machine. */
export interface UbuntuSite extends AsyncDisposable {
  readonly folder: string;
  readonly mirror: string;
  /** Where the release's archive is now; another one can be put in its place. */
  archive: LookAlike;
  readonly stream: string;
  readonly signer: Signer;
  /** Paths asked for, of stream and archive, in order. */
  readonly requests: () => string[];
  /** Offers another serial of the image. */
  offer(serial: string, changes?: Partial<StreamImage>): Promise<void>;
  /** Words of `maas-mirror build` up to where this site lies. */
  words(...more: string[]): string[];
  /** With a signing key in it. */
  readonly env: { readonly XDG_DATA_HOME: string };
  /** The same as an order says it. */
  sources(): { readonly [place in 'stream' | 'streamKeyringData' | 'archive' | 'ports']: string };
}

/**
 * Serves a look-alike's archive and a signed stream with its image, under the serial 20261120.
 * @param described what the stream says of it. @default - what Ubuntu says of the release
 * @param folder where all of it goes. @default - one that is gone with the test
 */
export async function ubuntuSite(
  look: LookAlike,
  described: Partial<StreamImage> = {},
  folder = temporaryFolder(),
): Promise<UbuntuSite> {
  const stream = join(folder, 'stream');
  const signer = await smallSigner('cloud images');
  writeFileSync(join(folder, 'stream.gpg'), signer.keyring);
  const offer = async (serial: string, changes: Partial<StreamImage> = {}) => {
    const { release, architecture, squashfs, manifest } = site.archive;
    const image = {
      release,
      version: findRelease(release)?.version ?? '',
      architecture,
      serial,
      squashfs,
      manifest,
      ...described,
      ...changes,
    };
    await publishCloudImages(stream, { layout: 'daily', signer, images: [image] });
  };
  const images = await serveArchive(stream);
  const archive = await serveArchive(() => site.archive.archive);
  const site: UbuntuSite = {
    folder,
    mirror: join(folder, 'mirror'),
    archive: look,
    stream,
    signer,
    requests: () => [...images.requests, ...archive.requests],
    offer,
    words: (...more) => [
      ...['build', look.release, '--arch', look.architecture, '--no-bootloaders', '--mirror', join(folder, 'mirror')],
      ...['--stream', images.url, '--stream-keyring', join(folder, 'stream.gpg')],
      ...['--archive', archive.url, '--ports', archive.url, ...more],
    ],
    env: { XDG_DATA_HOME: join(folder, 'data') },
    sources: () => ({
      ...{ stream: images.url, streamKeyringData: signer.keyring.toString('base64') },
      ...{ archive: archive.url, ports: archive.url },
    }),
    [Symbol.asyncDispose]: async () => {
      await images.close();
      await archive.close();
    },
  };
  await giveSigningKey(site.env.XDG_DATA_HOME);
  await offer('20261120');
  return site;
}
