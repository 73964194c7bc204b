import { describe, expect, it } from 'vitest';
import { BuildRequest } from '../../lib/job/build-request';
import { publishInputOf } from '../../lib/job/handed-on/publish-input';
import { jobOfStrings } from '../../lib/job/job-of';
import { Plan, planInputOf, planOf } from '../../lib/job/plan';

const request = (fields: object) => BuildRequest.parse({ release: 'noble', architectures: ['amd64'], ...fields });
const plan = (fields: object) => planOf(request(fields), 'run-1', 'run-1-0123456789abcdef');
const kernels = (fields: object) => plan(fields).architectures.map((one) => one.kernels.map(({ kernel }) => kernel));

describe('a plan', () => {
  it('holds one job for each architecture, as strings', () => {
    const made = plan({ architectures: ['amd64', 'arm64'], view: 'nightly', rebuild: true });

    expect(Plan.parse(made)).toEqual(made);
    expect(made).toMatchObject({ execution: 'run-1', release: 'noble', view: 'nightly', updates: true });
    expect(made.architectures.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    expect(made.architectures[1]?.job).toEqual({
      execution: 'run-1',
      folder: 'run-1-0123456789abcdef',
      release: 'noble',
      architecture: 'arm64',
      view: 'nightly',
      kernel: '',
      customised: 'false',
      bootTest: 'true',
      inputs: '',
      recipe: '',
      bundles: '',
      rebuild: 'true',
      base: '',
      root: '',
      prepared: '',
      extracted: '',
    });
  });

  it('lets an image through the upgrade stage where something is to be changed in it', () => {
    const customised = (customise: object) => {
      const [amd64] = plan({ customise }).architectures;
      return [amd64?.customised, jobOfStrings(amd64?.job ?? {}).customised];
    };

    expect(customised({ repositories: ['ppa:cloud-init-dev/daily'] })).toEqual([true, true]);
    expect(customised({ allProposed: true })).toEqual([true, true]);
    expect(customised({ purge: ['snapd'] })).toEqual([true, true]);
    expect(customised({ proposed: [], packages: [] })).toEqual([false, false]);
    expect(customised({})).toEqual([false, false]);
  });

  it('of bootloaders has no architectures', () => {
    const made = planOf(BuildRequest.parse({ release: 'bootloaders', view: 'nightly' }), 'run-1');

    expect(Plan.parse(made)).toEqual(made);
    expect(made).toMatchObject({ bootloaders: true, architectures: [], job: { view: 'nightly', architecture: '' } });
  });

  it('plans an architecture that is named twice once', () => {
    expect(plan({ architectures: ['amd64', 'amd64'] }).architectures).toHaveLength(1);
  });

  it('says that a rebuild was requested', () => {
    expect(plan({ rebuild: true }).reason).toBe('rebuild requested');
    expect(plan({}).reason).toBe('requested');
  });
});

describe('the kernels of a plan', () => {
  it.each([
    ['noble', 'amd64', ['ga', 'hwe']],
    ['noble', 'riscv64', ['ga']],
    ['resolute', 'amd64', ['ga', 'hwe']],
    ['resolute', 's390x', ['ga']],
    ['stonking', 'amd64', ['ga']],
    ['bookworm', 'amd64', ['generic', 'cloud']],
  ])('are, where none are named, for %s on %s: %j', (release, architecture, expected) => {
    const [planned] = plan({ release, architectures: [architecture] }).architectures;

    expect(planned?.kernels).toEqual(expected.map((kernel) => ({ kernel, need: 'required' })));
  });

  it('are those that are named, each once, required before optional', () => {
    const named = { required: ['ga', 'hwe', 'ga'], optional: ['hwe-edge', 'hwe'] };

    expect(plan({ kernels: named }).architectures[0]?.kernels).toEqual([
      { kernel: 'ga', need: 'required' },
      { kernel: 'hwe', need: 'required' },
      { kernel: 'hwe-edge', need: 'optional' },
    ]);
  });

  it('leave a flavour out where only other architectures have it, and say so', () => {
    const named = { architectures: ['amd64', 's390x'], kernels: { required: ['ga', 'hwe-lowlatency'] } };

    expect(kernels(named)).toEqual([['ga', 'hwe-lowlatency'], ['ga']]);
    expect(plan(named).reason).toBe('requested; s390x has no hwe-lowlatency, skipped');
  });

  it('leave an architecture out that has none of them, and say so', () => {
    const named = { architectures: ['amd64', 's390x'], kernels: { required: ['ga-lowlatency'] } };

    expect(plan(named).architectures.map(({ architecture }) => architecture)).toEqual(['amd64']);
    expect(plan(named).reason).toBe('requested; s390x has no ga-lowlatency, skipped');
  });
});

describe('planning', () => {
  it.each([
    [
      'a release that does not exist',
      { release: 'nobel' },
      'UnknownRelease',
      /unknown release "nobel"; known releases: .*noble/,
    ],
    [
      'an architecture that the release lacks',
      { architectures: ['i386'] },
      'UnknownArchitecture',
      /no architecture "i386"/,
    ],
    [
      'one unknown architecture among known ones',
      { architectures: ['amd64', 'x86-64'] },
      'UnknownArchitecture',
      /no architecture "x86-64"/,
    ],
    [
      'a flavour that does not exist, naming those that do',
      { kernels: { required: ['linux-generic'] } },
      'UnknownKernel',
      /no kernel "linux-generic" for amd64; amd64 has ga, ga-lowlatency, hwe, /,
    ],
    [
      'a flavour that the only ordered architecture lacks',
      { architectures: ['s390x'], kernels: { required: ['ga'], optional: ['hwe-lowlatency'] } },
      'UnknownKernel',
      /no kernel "hwe-lowlatency" for s390x; s390x has ga, hwe, hwe-edge/,
    ],
    [
      'a flavour that none of the ordered architectures has',
      { architectures: ['s390x', 'ppc64el'], kernels: { required: ['hwe-lowlatency'] } },
      'UnknownKernel',
      /for s390x, ppc64el; s390x has ga, .*; ppc64el has ga, /,
    ],
    [
      'a kernel that we do not build, and says why',
      { release: 'jammy', architectures: ['amd64', 'arm64'], kernels: { required: ['xgene-uboot'] } },
      'NotSupported',
      /xgene-uboot of jammy cannot be built: .*U-Boot/,
    ],
    ['kernels that name none', { kernels: { required: [] } }, 'BadInput', /kernel flavours is empty/],
    [
      'one base for two architectures',
      { architectures: ['amd64', 'arm64'], base: '/b.squashfs' },
      'BadInput',
      /\/b.squashfs is given for several architectures: amd64, arm64/,
    ],
    [
      'a PPA for Debian',
      { release: 'bookworm', customise: { repositories: ['ppa:o/n'] } },
      'NotSupported',
      /^not available for Debian releases \(bookworm\): ppa:o\/n$/,
    ],
    [
      '-proposed for Debian',
      { release: 'bookworm', customise: { proposed: ['cloud-init'] } },
      'NotSupported',
      /^not available for Debian releases \(bookworm\): -proposed$/,
    ],
    [
      'all of -proposed for Debian',
      { release: 'bookworm', customise: { allProposed: true } },
      'NotSupported',
      /^not available for Debian releases \(bookworm\): -proposed$/,
    ],
    [
      'a snapshot of Debian',
      { release: 'bookworm', sources: { snapshot: '20261120T000000Z' } },
      'NotSupported',
      /\(bookworm\): snapshot 20261120T000000Z$/,
    ],
    [
      'a serial of Debian, and names all that it refuses',
      { release: 'bookworm', serial: '20261120', customise: { allProposed: true } },
      'NotSupported',
      /\(bookworm\): -proposed, serial 20261120$/,
    ],
  ])('refuses %s', (_, fields, name, message) => {
    expect(() => plan(fields)).toThrow(
      expect.objectContaining({ name, message: expect.stringMatching(message), misuse: true }),
    );
  });
});

describe('reading the input of a function', () => {
  it('fills in the defaults of an order', () => {
    const { request } = planInputOf({ execution: 'run-1', request: { release: 'noble', architectures: ['amd64'] } });

    expect(request).toMatchObject({ view: 'candidate', rebuild: false, aptSources: [], base: '' });
  });

  it('takes what the state machine makes', () => {
    const artefact = { sha256: 'ab'.repeat(32), size: 1 };
    const input = {
      job: plan({}).architectures[0]?.job,
      fetched: {
        build: 'Fetch-1a2B:0123-4567',
        result: {
          ...{ serial: '20261120', squashfs: artefact, manifest: artefact },
          source: { kind: 'cloud-image', uri: 'https://images.example/x', sha256: 'ab'.repeat(32), product: 'p' },
        },
      },
      root: { build: 'Upgrade:0', result: { squashfs: artefact, manifest: artefact } },
      prepared: { build: 'Prepare:0', result: { layer: artefact, kernels: [], materials: artefact } },
      selected: { build: [], flavours: [], missing: [], withdrawn: [] },
      kernels: [{ outcome: 'failed', kernel: 'ga', need: 'required', error: { Error: 'NoKernel', Cause: 'none' } }],
    };

    expect(publishInputOf(input)).toEqual(input);
  });

  it.each([
    [
      'an unknown field, by its name',
      { release: 'noble', architectures: ['amd64'], kernel: 'ga' },
      /request: .*"kernel"/,
    ],
    ['no architectures', { release: 'noble', architectures: [] }, /request\.architectures: .*got \[\]/],
    [
      'a repository that is none, and says how to write one',
      { release: 'noble', architectures: ['amd64'], customise: { repositories: ['ppa:nobody'] } },
      /request\.customise\.repositories\.0: .*"ppa:nobody" is not of the form ppa:owner\/name; write ppa:/,
    ],
    [
      'a source that is none',
      { release: 'noble', architectures: ['amd64'], sources: { archive: 'archive.ubuntu.com' } },
      /request\.sources\.archive: .*got "archive\.ubuntu\.com"/,
    ],
    [
      'a serial that is none',
      { release: 'noble', architectures: ['amd64'], serial: 'newest' },
      /request\.serial: must be a serial, such as 20261120/,
    ],
    ['a word that is none', { release: 'Noble!', architectures: ['amd64'] }, /request\.release: .*got "Noble!"/],
    ['a view with a slash', { release: 'noble', architectures: ['amd64'], view: 'a/b' }, /request\.view: .*got "a\/b"/],
    ['what is no order', 'noble', /request: .*got "noble"/],
    ['nothing', undefined, /request: .*got nothing/],
  ])('refuses %s', (_, request, message) => {
    expect(() => planInputOf({ request, execution: 'run-1' })).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(message), misuse: true }),
    );
  });

  it('refuses a job with a field missing', () => {
    const { recipe, ...job } = plan({}).architectures[0]?.job ?? { recipe: '' };

    expect(recipe).toBe('');
    expect(() => publishInputOf({ job, fetched: {}, kernels: [] })).toThrow(/job\.recipe: /);
  });
});
