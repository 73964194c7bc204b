/**
 * Whether a package is a kernel, part of one, or depends on one. Images contain none: the extract stage installs kernels
 * from the same sources.
 */
export function isKernelPackage(name: string): boolean {
  return name.startsWith('linux-') && !besideKernels.test(name);
}

/** Packages named after the kernel that may be in an image. */
const besideKernels =
  /^linux-(?:base|sysctl-defaults|firmware|libc-dev|tools|cloud-tools|cpupower|perf|doc|source|user-chroot)(?:$|[-.\d])/;
