import { describe, expect, it } from 'vitest';
import { type Hold, hasEnded, heldBy, heldError } from '../../../lib/publication/state/holds';
import { bootloaderFields, imageFields } from '../../simplestreams/made-documents';

const hold: Hold = { id: 'h1', since: '2026-11-20T00:00:00Z', release: 'noble', architectures: [], flavours: [] };
const image = { ...imageFields, versions: {} };
const loader = { ...bootloaderFields, versions: {} };

describe('a hold', () => {
  it.each<[string, Partial<Hold>, object, boolean]>([
    ['every product of its release', {}, image, true],
    ['no product of another release', { release: 'jammy' }, image, false],
    ['its architectures', { architectures: ['arm64', 'amd64'] }, image, true],
    ['no other architecture', { architectures: ['arm64'] }, image, false],
    ['its flavours, by the names of MAAS', { flavours: ['ga-24.04'] }, image, true],
    ['no other flavour', { flavours: ['hwe-24.04'] }, image, false],
    ['no bootloader', {}, { ...loader, release: 'noble' }, false],
    ['bootloaders', { release: 'bootloaders' }, loader, true],
    ['no image, if it is of bootloaders', { release: 'bootloaders' }, image, false],
    ['products after its end, until it is lifted', { until: '2026-11-21T00:00:00Z' }, image, true],
  ])('holds %s', (_, change, product, held) => {
    const one = { ...hold, ...change };
    expect(heldBy({ holds: [one] }, product as typeof image)).toBe(held ? one : undefined);
  });

  it('ends at its time, or never', () => {
    const until = '2026-11-21T00:00:00Z';
    expect(hasEnded(hold, new Date('2099-01-01'))).toBe(false);
    expect(hasEnded({ ...hold, until }, new Date('2026-11-20T23:59:59Z'))).toBe(false);
    expect(hasEnded({ ...hold, until }, new Date(until))).toBe(true);
  });

  it.each<[string, Partial<Hold>]>([
    ['noble has been held in stable since 2026-11-20', {}],
    [
      'noble has been held in stable since 2026-11-20, until 2026-11-30 (freeze)',
      { until: '2026-11-30T08:00:00Z', reason: 'freeze' },
    ],
  ])('says %s, and how it is lifted', (message, change) => {
    expect(heldError('stable', { ...hold, ...change })).toMatchObject({
      name: 'Held',
      message,
      hint: 'unhold it first: maas-mirror unhold stable noble',
    });
  });
});
