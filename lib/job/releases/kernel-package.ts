/**
 * Whether a package is a kernel, a part of one or the way to one. Images hold none: the extract stage takes kernels from
 * the same sources.
 */
export function isKernelPackage(name: string): boolean {
  return name.startsWith('linux-') && !besideKernels.test(name);
}

/** Packages of the kernel's name that have a place in an image. */
const besideKernels =
  /^linux-(?:base|sysctl-defaults|firmware|libc-dev|tools|cloud-tools|cpupower|perf|doc|source|user-chroot)(?:$|[-.\d])/;
