import { expect, test } from 'vitest';
import { kernelOf } from '../../lib/catalog/kernels';
import { subarchesOf } from '../../lib/catalog/subarches';

const letters = 'hwe-p,hwe-q,hwe-r,hwe-s,hwe-t,hwe-u,hwe-v,hwe-w';
const gaToBionic = 'ga-16.04,ga-16.10,ga-17.04,ga-17.10,ga-18.04';
const gaToFocal = `${gaToBionic},ga-18.10,ga-19.04,ga-19.10,ga-20.04`;
const gaToNoble = `${gaToFocal},ga-20.10,ga-21.04,ga-21.10,ga-22.04,ga-22.10,ga-23.04,ga-23.10,ga-24.04`;
const gaToResolute = `${gaToNoble},ga-24.10,ga-25.04,ga-25.10,ga-26.04`;

test.each([
  ['xenial', 'amd64', 'ga', `generic,${letters},ga-16.04`],
  ['xenial', 'i386', 'hwe', `generic,${letters},ga-16.04`],
  ['bionic', 'i386', 'ga-lowlatency', `generic,${letters},${gaToBionic}`],
  ['focal', 's390x', 'hwe', `generic,${letters},${gaToFocal}`],
  ['noble', 'arm64', 'ga', `generic,${letters},${gaToNoble}`],
  ['noble', 'riscv64', 'ga', `generic,${letters},${gaToNoble}`],
  ['noble', 'arm64', 'hwe-lowlatency', `generic,${letters},${gaToNoble}`],
  ['noble', 'armhf', 'hwe', `generic,highbank,${letters},${gaToNoble}`],
  ['resolute', 'amd64', 'ga', `generic,${letters},${gaToResolute}`],
  ['resolute', 'armhf', 'ga', `generic,highbank,${letters},${gaToResolute}`],
])('%s %s %s lists every ga level up to its release, neither itself nor its flavour', (release, architecture, name, list) => {
  expect(kernelOf(release, architecture, name).subarches).toBe(list);
});

test.each([
  ['xenial', `${letters},ga-16.04,hwe-16.04,hwe-16.10,hwe-17.04,hwe-17.10,hwe-18.04`],
  ['bionic', `${letters},${gaToBionic},hwe-18.10,hwe-19.04`],
  ['focal', `${letters},${gaToBionic},hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04`],
  ['jammy', `${letters},${gaToBionic},hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04,hwe-22.04`],
  ['noble', `${letters},${gaToBionic},hwe-18.10,hwe-19.04,hwe-19.10,hwe-20.04,hwe-22.04,hwe-24.04`],
])('the edge kernels of %s list what is published for them', (release, list) => {
  expect(kernelOf(release, 'amd64', 'hwe-edge').subarches).toBe(`generic,${list}`);
  expect(kernelOf(release, 'amd64', 'hwe-lowlatency-edge').subarches).toBe(`generic,${list}`);
  expect(kernelOf(release, 'armhf', 'hwe-edge').subarches).toBe(`generic,highbank,${list}`);
});

test.each([
  ['jammy', 'arm64', 'xgene-uboot', 'xgene-uboot'],
  ['jammy', 'arm64', 'xgene-uboot-mustang', 'xgene-uboot-mustang'],
  ['lunar', 'armhf', 'generic-lpae', 'generic-lpae'],
  ['bookworm', 'amd64', 'cloud', 'generic-cloud'],
])('%s %s %s lists its own subarch only', (release, architecture, name, list) => {
  expect(kernelOf(release, architecture, name).subarches).toBe(list);
});

test('the first and the last release have lists of the published length', () => {
  const length = (release: string, architecture: string) =>
    kernelOf(release, architecture, 'ga').subarches.split(',').length;
  expect([length('xenial', 'amd64'), length('resolute', 'amd64'), length('resolute', 'armhf')]).toEqual([10, 30, 31]);
});

test('edge kernels of later LTS releases go on with the rule: each LTS release counts, and no other', () => {
  const of2404 = subarchesOf('hwe-24.04-edge', 'amd64');
  expect(subarchesOf('hwe-26.04-edge', 'amd64')).toBe(`${of2404},hwe-26.04`);
  expect(subarchesOf('hwe-28.04-edge', 'armhf')).toBe(`${subarchesOf('hwe-26.04-edge', 'armhf')},hwe-28.04`);
});

test('refuses to make up the list of an edge kernel that was never published', () => {
  expect(() => subarchesOf('hwe-19.10-edge', 'amd64')).toThrow('no edge kernels are known for 19.10');
});
