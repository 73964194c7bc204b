import { describe, expect, it } from 'vitest';
import { mixedVersion } from '../../../../lib/operations/plans/back/mixed-version';
import type { Withdrawal } from '../../../../lib/publication/state/withdrawal';
import { WithdrawnIndex, withdrawnPart } from '../../../../lib/publication/state/withdrawals';
import { imageFields } from '../../../simplestreams/made-documents';
import { made } from '../made';

const facts = (n: string) => ({
  ...{
    serial: `2026112${n}`,
    base_sha256: made(`b${n} b`).items.squashfs?.sha256 ?? '',
    packages: `p${n}`,
    built: `2026-11-2${n}`,
  },
  ...{ provenance: `provenance${n}.json`, provenance_sha256: n, provenance_size: '9', origin: `built/2026112${n}` },
});
const [root, kernel] = [made('r2 k2', facts('2')), made('r1 k1', { ...facts('1'), waived: 'no KVM' })];
const mixed = (booted: ReadonlySet<string> = new Set()) =>
  mixedVersion(root, kernel, { name: '20261121', label: 'candidate' }, { booted });

describe('a mixed version', () => {
  it('has the facts of its kernel, those of its base from its root, and no provenance, which is of other files', () => {
    const { items, ...said } = mixed();
    expect(said).toEqual({
      ...{ serial: '20261122', base_sha256: facts('2').base_sha256, built: '2026-11-22', packages: 'p1' },
      ...{ kept_from: '20261121', origin: 'candidate/20261121', gate: 'waived', waived: 'rollback' },
    });
    expect(Object.values(items).map(({ path }) => path)).toEqual(['r2', 'kernel k1', 'initrd k1']);
    const { base_sha256, ...unknown } = root;
    expect(mixedVersion(unknown, kernel, { name: '1', label: 'a' }, { booted: new Set() })).not.toHaveProperty(
      'base_sha256',
    );
  });

  it('is not withdrawn with the base image of its kernel', () => {
    const base = { ...imageFields, versions: { '1': made('b1 b') } };
    const mark: Withdrawal = {
      ...{ id: 'w1', at: '2026-11-25T09:12:00Z', view: 'plain', release: 'noble', version: '1' },
      ...{ architectures: [], flavours: [], parts: [withdrawnPart(base, '1', made('b1 b'))] },
    };
    const index = new WithdrawnIndex('candidate', [mark]);
    expect(index.of(imageFields as never, '3', kernel)?.by).toBe('base');
    expect(index.of(imageFields as never, '3', mixed())).toBeUndefined();
  });
});
