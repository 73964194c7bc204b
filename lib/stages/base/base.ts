/* stages/base: the image that a build starts from. */

import type { ImageSource } from '../../job/handed-on/results';

/** A base image on this machine. */
export interface Base {
  readonly serial: string;
  /** Paths. Without a manifest, one is made from the squashfs. */
  readonly squashfs: string;
  readonly manifest?: string;
  readonly source: ImageSource;
}
