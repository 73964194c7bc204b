import { MirrorError } from '../../errors';
import type { CloudImage, CloudPart } from './cloud-images';

/**
 * The newest image, or the one that is asked for.
 * @param images newest first, and not none
 * @param options.what how messages call the images: `noble (24.04) amd64`
 * @throws NotReady where the newest cannot be used yet; BadFormat where a file of it that is needed is described
 *   wrongly; BadInput (misuse) for a serial that the stream does not have, or that cannot be used
 */
export function chooseImage(
  images: readonly CloudImage[],
  { serial, what }: { readonly serial?: string; readonly what: string },
): CloudImage {
  const chosen = serial === undefined ? images[0] : images.find((image) => image.serial === serial);
  const existing = `there are ${images
    .slice(0, 10)
    .map((image) => image.serial)
    .join(', ')}${images.length > 10 ? ` and ${images.length - 10} older ones` : ''}`;
  if (chosen === undefined) {
    throw new MirrorError('BadInput', `the stream has no image ${serial} of ${what}; ${existing}`, {
      hint: 'name one of these serials, or none for the newest',
      misuse: true,
    });
  }
  const fault = neededParts(chosen).flatMap((part) => chosen.faults?.[part] ?? [])[0];
  if (fault !== undefined) throw fault;
  // Of a product that has squashfs, one without is not complete yet.
  const early = serial === undefined && chosen.squashfs === undefined && images.some(({ squashfs }) => squashfs);
  if (early || (chosen.squashfs === undefined && chosen.rootTarball === undefined)) {
    const message = `the image ${chosen.serial} of ${what} has ${early && chosen.rootTarball ? 'no squashfs yet' : 'neither a squashfs nor a root tarball'}; ${existing}`;
    throw serial === undefined
      ? new MirrorError('NotReady', message, { hint: 'run the build again later, or name an older serial' })
      : new MirrorError('BadInput', message, { hint: 'name another serial, or none for the newest', misuse: true });
  }
  return chosen;
}

/** Which of its files a build would use. */
function neededParts({ faults = {}, ...image }: CloudImage): CloudPart[] {
  const has = (part: CloudPart) => image[part] !== undefined || faults[part] !== undefined;
  if (!has('squashfs')) return ['rootTarball', 'rootManifest'];
  return ['squashfs', has('manifest') ? 'manifest' : 'rootManifest'];
}
