import { MirrorError } from '../../errors';
import type { CloudImage, CloudPart } from './cloud-images';

/**
 * The newest image, or the requested one.
 * @param images newest first, at least one
 * @param options.what names the images in messages: `noble (24.04) amd64`
 * @throws NotReady if the newest is not usable yet; BadFormat if the data of a needed file is invalid; BadInput (misuse) for
 *   a serial that the stream does not have, or that is not usable
 */
export function chooseImage(
  images: readonly CloudImage[],
  { serial, what }: { readonly serial?: string; readonly what: string },
): CloudImage {
  const chosen = serial === undefined ? images[0] : images.find((image) => image.serial === serial);
  const existing = `the stream has ${images
    .slice(0, 10)
    .map((image) => image.serial)
    .join(', ')}${images.length > 10 ? ` and ${images.length - 10} older ones` : ''}`;
  if (chosen === undefined) {
    throw new MirrorError('BadInput', `no image ${serial} of ${what}; ${existing}`, {
      hint: 'choose one of these serials, or leave the serial out for the newest',
      misuse: true,
    });
  }
  const fault = neededParts(chosen).flatMap((part) => chosen.faults?.[part] ?? [])[0];
  if (fault !== undefined) throw fault;
  // In a product with squashfs images, a version without one is incomplete.
  const early = serial === undefined && chosen.squashfs === undefined && images.some(({ squashfs }) => squashfs);
  if (early || (chosen.squashfs === undefined && chosen.rootTarball === undefined)) {
    const message = `the image ${chosen.serial} of ${what} has ${early && chosen.rootTarball ? 'no squashfs yet' : 'neither a squashfs nor a root tarball'}; ${existing}`;
    throw serial === undefined
      ? new MirrorError('NotReady', message, { hint: 'run the build again later, or choose an older serial' })
      : new MirrorError('BadInput', message, {
          hint: 'choose another serial, or leave the serial out for the newest',
          misuse: true,
        });
  }
  return chosen;
}

/** The files that a build would use. */
function neededParts({ faults = {}, ...image }: CloudImage): CloudPart[] {
  const has = (part: CloudPart) => image[part] !== undefined || faults[part] !== undefined;
  if (!has('squashfs')) return ['rootTarball', 'rootManifest'];
  return ['squashfs', has('manifest') ? 'manifest' : 'rootManifest'];
}
