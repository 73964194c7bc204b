import { expect, it } from 'vitest';
import { isKernelPackage } from '../../../lib/job/releases/kernel-package';

it.each([
  ['linux-generic', true],
  ['linux-generic-hwe-24.04-edge', true],
  ['linux-image-6.8.0-50-generic', true],
  ['linux-image-unsigned-6.8.0-50-generic', true],
  ['linux-modules-extra-6.8.0-50-generic', true],
  ['linux-headers-generic', true],
  ['linux-base', false],
  ['linux-sysctl-defaults', false],
  ['linux-firmware', false],
  ['linux-libc-dev', false],
  ['linux-tools-generic', false],
  ['linux-tools-6.8.0-50-generic', false],
  ['linux-cloud-tools-common', false],
  ['linux-source-6.8.0', false],
  ['linuxptp', false],
  ['cloud-init', false],
])('knows whether %s is a kernel: %s', (name, kernel) => {
  expect(isKernelPackage(name)).toBe(kernel);
});
