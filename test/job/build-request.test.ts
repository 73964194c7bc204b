import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { checked } from '../../lib/job/checked';

const request = (fields: object) =>
  checked(BuildRequest, { release: 'noble', architectures: ['amd64'], ...fields }, 'the order');
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) });

describe('what an order says of its release', () => {
  it('is taken as it is where it holds together', () => {
    const about = { version: '27.04', sources: ['stream'] };
    expect(request({ release: 'zany', about }).about).toEqual(about);
    expect(request({ release: '24.04' })).toEqual(request({ release: 'noble' }));
  });

  it.each<[string, object, RegExp]>([
    ['zany', { version: '24.04' }, /about: 24.04 is the version of noble, not of zany/],
    ['noble', { version: '24.10' }, /about: its version is 24.04/],
    ['bookworm', { codename: 'Bookworm' }, /about: bookworm is not an Ubuntu release/],
    ['zany', { version: '27.04', codename: 'Zany\u001b[31m' }, /about.codename: must be letters and spaces/],
    ['zany', { version: '27.04', sources: ['a friend'] }, /about.sources.0/],
    ['zany', { version: '27.04', kernels: [] }, /about: Unrecognized key: "kernels"/],
  ])('refuses of %s %j', (release, about, message) => {
    expect(() => request({ release, about })).toThrow(refusal(message));
  });
});

describe('the view of an order', () => {
  it.each([
    'pool',
    'snapshots',
    'bootloaders',
  ])('refuses the name %s, which lies beside the views, and says so', (view) => {
    const rule = new RegExp(
      `view: is a reserved name, as are pool, snapshots, bootloaders and pages \\(got "${view}"\\)`,
    );
    expect(() => request({ view })).toThrow(refusal(rule));
  });

  it('may have a name that begins like one of these', () => {
    expect(request({ view: 'pool-2' }).view).toBe('pool-2');
  });
});

describe('the packages of an order', () => {
  const kernels = ['linux-generic', 'linux-image-6.8.0-50-generic', 'linux-headers-generic', 'linux-modules-extra-aws'];

  it.each(['packages', 'purge'])('refuses a kernel among its %s, and says how kernels are ordered', (field) => {
    for (const name of kernels) {
      const rule = new RegExp(
        `customise\\.${field}\\.1: is a kernel package, .* choose a kernel flavour.*got "${name}"`,
      );
      expect(() => request({ customise: { [field]: ['vim', name] } })).toThrow(refusal(rule));
    }
  });

  it('may be kernels where they are taken from -proposed', () => {
    expect(request({ customise: { proposed: ['linux-generic'] } }).customise?.proposed).toEqual(['linux-generic']);
  });

  it.each([
    'packages',
    'purge',
    'proposed',
  ])('refuses among its %s what apt would take for another command', (field) => {
    for (const name of ['vim-', '-y', 'vim/noble', 'vim=1.2', 'ubuntu-desktop^', 'lib*']) {
      expect(() => request({ customise: { [field]: [name] } })).toThrow(refusal(/must be a package name/));
    }
  });

  it('may end with a plus or a digit', () => {
    const packages = ['g++', 'libstdc++6', 'python3.12'];
    expect(request({ customise: { packages } }).customise?.packages).toEqual(packages);
  });
});

describe('the repositories of an order', () => {
  it('refuses words that are no component, before anything is started', () => {
    const repositories = ['URIs: https://packages.example/ubuntu\nSuites: noble\nComponents: main;x\nSigned-By: x\n'];
    expect(() => request({ customise: { repositories } })).toThrow(refusal(/customise\.repositories\.0: /));
  });

  it.each([
    ['address', { uri: 'http://d.example/"x' }, /aptSources\.0\.uri: /],
    ['suite', { suite: 'bookworm evil' }, /aptSources\.0\.suite: /],
    ['component', { components: ['main', 'a"b'] }, /aptSources\.0\.components\.1: /],
  ])('refuses an odd %s of a source', (_, odd, message) => {
    const source = { uri: 'http://d.example/debian', suite: 'bookworm', components: ['main'] };
    expect(request({ aptSources: [source] }).aptSources).toEqual([source]);
    expect(() => request({ aptSources: [{ ...source, ...odd }] })).toThrow(refusal(message));
  });
});
