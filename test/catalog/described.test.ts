import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describedRelease, factsFault, type ReleaseFacts } from '../../lib/catalog/described';
import { kernelsOf } from '../../lib/catalog/kernels';
import { parseProductId, productFields, productId } from '../../lib/catalog/products';
import { releaseOf } from '../../lib/catalog/releases';

describe('a release that the catalogue does not have', () => {
  it('follows from its version', () => {
    expect(describedRelease('zany', { version: '27.04' })).toEqual({
      name: 'zany',
      family: 'ubuntu',
      os: 'ubuntu',
      version: '27.04',
      title: '27.04',
      codename: 'Zany',
      released: '2027-04-01',
      supportEol: '2028-01-01',
      supportEsmEol: '2028-01-01',
      initramfs: 'dracut',
      architectures: ['amd64', 'arm64', 'armhf', 'ppc64el', 's390x'],
    });
    expect(describedRelease('lucky', { version: '28.04' })).toMatchObject({
      title: '28.04 LTS',
      supportEol: '2033-05-01',
      supportEsmEol: '2038-04-01',
    });
    expect(describedRelease('artful', { version: '17.10' }).initramfs).toBe('initramfs-tools');
  });

  it('is an LTS where its title says so, whatever its version', () => {
    expect(describedRelease('zany', { version: '27.04', title: '27.04 LTS' })).toMatchObject({
      ...{ title: '27.04 LTS', supportEol: '2032-05-01', supportEsmEol: '2037-04-01' },
    });
    expect(describedRelease('lucky', { version: '28.04', title: '28.04' })).toMatchObject({
      ...{ title: '28.04', supportEol: '2029-01-01', supportEsmEol: '2029-01-01' },
    });
    for (const version of ['27.04', '28.10', '27.10']) {
      expect(describedRelease('zany', { version }).title).toBe(version);
    }
  });

  it('has extended support for no shorter than the support that is said', () => {
    expect(describedRelease('lucky', { version: '28.04', supportEol: '2040-01-01' }).supportEsmEol).toBe('2040-01-01');
    expect(describedRelease('lucky', { version: '28.04', supportEol: '2034-01-01' }).supportEsmEol).toBe('2038-04-01');
  });

  it('has ga on each of its architectures, of LTS releases hwe and hwe-edge, and no lowlatency', () => {
    const kernels = (facts: ReleaseFacts) =>
      kernelsOf(describedRelease('zany', { architectures: ['amd64', 'riscv64'], ...facts })).map((kernel) =>
        [kernel.name, kernel.architecture, kernel.subarch, kernel.kflavor, kernel.package].join(' '),
      );
    expect(kernels({ version: '27.04' })).toEqual([
      'ga amd64 ga-27.04 generic linux-generic',
      'ga riscv64 ga-27.04 generic linux-generic',
    ]);
    expect(kernels({ version: '28.04' })).toEqual([
      'ga amd64 ga-28.04 generic linux-generic',
      'ga riscv64 ga-28.04 generic linux-generic',
      'hwe amd64 hwe-28.04 generic linux-generic-hwe-28.04',
      'hwe riscv64 hwe-28.04 generic linux-generic-hwe-28.04',
      'hwe-edge amd64 hwe-28.04-edge generic linux-generic-hwe-28.04-edge',
      'hwe-edge riscv64 hwe-28.04-edge generic linux-generic-hwe-28.04-edge',
    ]);
  });

  it('makes products with all fields, of every version, whose levels end with its own', () => {
    const versions = fc
      .tuple(fc.integer({ min: 27, max: 99 }), fc.constantFrom('04', '10'))
      .map(([year, month]) => `${year}.${month}`);
    fc.assert(
      fc.property(versions, (version) => {
        const release = describedRelease('zany', { version });
        for (const kernel of kernelsOf(release)) {
          const fields = productFields(kernel, 'candidate');
          const { support_eol: end = '', support_esm_eol: esm = '' } = fields;
          expect(Object.values(fields).filter((value) => typeof value !== 'string' || value === '')).toEqual([]);
          expect(esm >= end && end > release.released).toBe(true);
          expect(parseProductId(productId(kernel, 'candidate'))).toMatchObject({
            version,
            architecture: kernel.architecture,
          });
          expect(kernel.subarches.split(',').at(-1)).toBe(`${kernel.name === 'hwe-edge' ? 'hwe' : 'ga'}-${version}`);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a release of the catalogue', () => {
  it('is corrected by what is said of it, and is itself where nothing is said', () => {
    expect(describedRelease('noble', {})).toBe(releaseOf('noble'));
    expect(describedRelease('noble', { supportEol: '2029-06-30' })).toEqual({
      ...releaseOf('noble'),
      supportEol: '2029-06-30',
    });
  });

  it('keeps its kernels where it gets an architecture', () => {
    const release = describedRelease('resolute', { architectures: ['riscv64'] });
    const added = kernelsOf(release).filter(({ architecture }) => architecture === 'riscv64');
    expect(added.map(({ name }) => name)).toEqual(['ga', 'hwe', 'hwe-edge']);
    expect(kernelsOf(release)).toHaveLength(kernelsOf('resolute').length + 3);
  });
});

describe('a description', () => {
  it.each<[string, ReleaseFacts, RegExp]>([
    ['Zany', { version: '27.04' }, /one word of lower-case letters/],
    ['zany-zebra', { version: '27.04' }, /one word/],
    ['bookworm', { version: '12' }, /not an Ubuntu release/],
    ['zany', { version: '27.05' }, /"27.05" is not an Ubuntu version/],
    ['trusty', { version: '14.04' }, /versions before 16.04 are not supported/],
    ['bootloaders', { version: '27.04' }, /bootloaders is a reserved name in mirrors/],
    ['streams', { version: '27.04' }, /streams is a reserved name in mirrors/],
    ['zany', { version: '24.04' }, /24.04 is the version of noble, not of zany/],
    ['noble', { version: '24.10' }, /its version is 24.04/],
    ['zany', { version: '27.04', title: '27.10' }, /its title must be 27.04 or 27.04 LTS, not "27.10"/],
    [
      'zany',
      { version: '27.04', released: '2027-04-22', supportEol: '2027-04-21' },
      /before its release on 2027-04-22/,
    ],
    ['noble', { supportEol: '2035-01-01' }, /extended support ends on 2034-04-25, before its support on 2035-01-01/],
    [
      'zany',
      { version: '27.04', architectures: ['amd64', 'sparc'] },
      /unknown architecture "sparc"; known architectures: amd64/,
    ],
  ])('is refused of %s as %j', (name, facts, fault) => {
    expect(factsFault(name, facts)).toMatch(fault);
    expect(() => describedRelease(name, facts)).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(fault) }),
    );
  });

  it('is refused where nothing says the version, also of a name that every object has', () => {
    for (const name of ['zany', 'constructor']) {
      expect(() => describedRelease(name, { codename: 'Zany Zebra' })).toThrow(
        expect.objectContaining({ name: 'UnknownRelease', misuse: true }),
      );
    }
    expect(kernelsOf(describedRelease('constructor', { version: '27.04' }))).toHaveLength(5);
  });
});
