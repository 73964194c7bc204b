export interface MaasMirrorProps {
  /**
   * Releases that the mirror is for, by codename.
   * @default - every release of the catalogue
   */
  readonly releases?: string[];

  /**
   * Architectures that the mirror is for, by dpkg's names. How many there are decides how `maxConcurrency` is shared out.
   * @default - amd64 and arm64
   */
  readonly architectures?: string[];

  /**
   * Kernel flavours that can be ordered: each has its own CodeBuild project.
   * @default - every flavour of the catalogue
   */
  readonly kernels?: string[];

  /**
   * How many builds of one execution run at once. New AWS accounts may have as few as 1; the quota can be raised.
   * @default 5
   */
  readonly maxConcurrency?: number;
}
