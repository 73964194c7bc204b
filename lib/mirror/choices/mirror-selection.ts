import type { Architecture } from './architecture';
import type { KernelFlavour } from './kernel-flavour';
import type { Release } from './release';

/** A part of a selected view: what it takes from another one. */
export interface MirrorSelection {
  /** The view that has the products. */
  readonly from: string;

  /**
   * The releases that it takes.
   * @default - all, and the bootloaders
   */
  readonly releases?: Release[];

  /**
   * Whether it takes the bootloaders. Applies only with `releases`.
   * @default false
   */
  readonly bootloaders?: boolean;

  /**
   * The architectures that it takes.
   * @default - all
   */
  readonly architectures?: Architecture[];

  /**
   * The kernel flavours that it takes.
   * @default - all
   */
  readonly flavours?: KernelFlavour[];
}
