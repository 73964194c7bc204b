import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonPackages } from '../../../lib/stages/layer/packages-of-all-flavours';
import type { Resolution } from '../../../lib/stages/layer/resolve-kernels';

describe('what all flavours have in common', () => {
  it('is in every flavour in this version, and never a kernel, whatever they resolve to', () => {
    const names = fc.constantFrom('linux-firmware', 'linux-image-6.8.0-1-generic', 'a', 'b', 'libc6:i386');
    const list = fc.uniqueArray(fc.record({ name: names, version: fc.constantFrom('1', '2') }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 4 }), (lists) => {
        const found = commonPackages(resolutionOf(lists));
        for (const one of found) {
          for (const own of lists) expect(own).toContainEqual(one);
          expect(one.name).not.toMatch(/^linux-image|:/);
        }
        if (lists.length > 1) {
          const expected = ['a', 'b', 'linux-firmware'].filter((name) =>
            lists.every((own) => own.some((one) => one.name === name && one.version === '1')),
          );
          expect(
            found
              .filter(({ version }) => version === '1')
              .map(({ name }) => name)
              .sort(),
          ).toEqual(expected);
        }
      }),
    );
  });

  it('is nothing where all flavours are one kernel, or could not be resolved', () => {
    const firmware = [{ name: 'linux-firmware', version: '1' }];
    const { kernels, installed } = resolutionOf([firmware, firmware]);
    const same = kernels.map((one) => ({ ...one, packages: 'same' })) as Resolution['kernels'];
    const missing = { outcome: 'missing', kernel: 'x', error: 'NoKernel', message: '' } as const;

    expect(commonPackages({ kernels: same, installed })).toEqual([]);
    expect(commonPackages({ kernels: [missing], installed: {} })).toEqual([]);
    expect(commonPackages({ kernels: [...kernels, missing], installed })).toEqual(firmware);
  });
});

function resolutionOf(lists: readonly Resolution['installed'][string][]): Resolution {
  const kernels = lists.map((_, at) => ({
    ...{ outcome: 'resolved' as const, kernel: `${at}`, packages: `${at}` },
    ...{ imagePackage: 'linux-image', imageVersion: '1' },
  }));
  return { kernels, installed: Object.fromEntries(lists.map((list, at) => [`${at}`, list])) };
}
