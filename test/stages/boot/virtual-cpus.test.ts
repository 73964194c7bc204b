import { expect, it } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { virtualCpus } from '../../../lib/stages/boot/virtual-cpus';

it.each([
  ['a machine of its own', 4, undefined, ['ga', 'hwe'], 4],
  ['two builds at once', 2, 2, ['ga', 'hwe'], 1],
  ['room for four builds, of which two boot', 4, 4, ['ga', 'hwe'], 2],
  ['one flavour, whatever room there is', 4, 4, ['ga'], 4],
  ['more flavours than cores', 2, 2, ['ga', 'hwe', 'hwe-edge'], 1],
  ['more builds at once than cores', 2, 6, ['ga', 'hwe', 'hwe-edge'], 1],
  ['a machine with more cores than QEMU’s machines have', 64, undefined, ['ga'], 8],
])('gives a boot its part of the cores: %s', (_, cores, buildsAtOnce, required, cpus) => {
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], kernels: { required } });
  expect(virtualCpus({ request, ...(buildsAtOnce !== undefined && { buildsAtOnce }) }, cores)).toBe(cpus);
});
