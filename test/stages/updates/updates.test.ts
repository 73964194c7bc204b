import { describe, expect, it } from 'vitest';
import { kernelOf } from '../../../lib/catalog/kernels';
import type { Job } from '../../../lib/job/job';
import { reusesNothing } from '../../../lib/publication/offers/offered-files';
import { type Addition, addVersions } from '../../../lib/simplestreams/merge';
import type { Products } from '../../../lib/simplestreams/types';
import type { Offer } from '../../../lib/stages/updates/offers';
import { additionsOf, updatesAmong } from '../../../lib/stages/updates/updates';

const job = { rebuild: false, bootTest: true } as Job;
const rebuild = { ...job, rebuild: true } as Job;

function offer(kernel: string, facts: Record<string, string> = {}, fields: Record<string, string> = {}): Offer {
  return {
    productId: `product-${kernel}`,
    fields: { label: 'candidate', ...fields },
    kernel: kernelOf('bookworm', 'amd64', kernel),
    newest: '20261120',
    built: true,
    artefacts: {},
    facts: { base_sha256: 'b', packages: 'p', recipe: 'r', serial: '20261120', ...facts },
  };
}

/** A document with versions of these offers, each under the name given. */
function documentOf(versions: readonly (readonly [Offer, string])[]): Products {
  const additions = versions.map(([{ productId, fields, facts }, versionName]): Addition => {
    return { productId, fields, versionName, version: { ...facts, items: {} } };
  });
  return addVersions(undefined, 'com.debian.maas:candidate:v3:download', additions, new Date('2026-11-20'));
}

const [generic, cloud] = [offer('generic'), offer('cloud')];
const standing = documentOf([
  [generic, '20261120'],
  [cloud, '20261120'],
]);

describe('updatesAmong', () => {
  it('is everything where nothing is published', () => {
    const first = [generic, cloud].map((one) => ({ ...one, newest: '' }));
    expect(updatesAmong(first, undefined, job)).toEqual(first);
  });

  it('is nothing where each product’s newest version has just this', () => {
    expect(updatesAmong([generic, cloud], standing, job)).toEqual([]);
  });

  it('is what a rebuild is ordered of', () => {
    expect(updatesAmong([generic, cloud], standing, rebuild)).toEqual([generic, cloud]);
  });

  it.each(['base_sha256', 'packages', 'recipe'])('is a flavour with another %s', (field) => {
    const other = offer('generic', { [field]: 'other' });
    expect(updatesAmong([other, cloud], standing, job)).toEqual([other]);
  });

  it.each(['serial', 'gate', 'kernel_version', 'image_version'])('is no flavour that differs in %s only', (field) => {
    expect(updatesAmong([offer('generic', { [field]: 'other' })], standing, job)).toEqual([]);
  });

  it('is no flavour that was not built, though its newest version has something else meanwhile', () => {
    const unbuilt = { ...offer('generic', { packages: 'other' }), built: false };
    expect(updatesAmong([unbuilt], standing, job)).toEqual([]);
    expect(updatesAmong([unbuilt], standing, rebuild)).toEqual([]);
    expect(additionsOf([unbuilt], standing, job, undefined)).toEqual([]);
  });

  it('is a flavour that was published, and replaced by another version before this build looked', () => {
    const later = documentOf([
      [generic, '20261120'],
      [offer('generic', { packages: 'p2' }), '20261121'],
    ]);
    const again = { ...generic, newest: '20261121' };
    expect(updatesAmong([again], later, job)).toEqual([again]);
    expect(updatesAmong([generic], later, job)).toEqual([]);
    expect(updatesAmong([generic], later, rebuild)).toEqual([generic]);
  });

  it('is a flavour that has not booted, where it has to', () => {
    const untested = documentOf([[offer('generic', { gate: 'waived' }), '20261120']]);
    expect(updatesAmong([generic], untested, job)).toEqual([generic]);
    expect(updatesAmong([generic], untested, { ...job, bootTest: false })).toEqual([]);
  });
});

describe('additionsOf', () => {
  const built = '2026-11-25T08:30:00Z';

  it('gives news the claimed name, and everything else its newest version with renewed fields', () => {
    const updates = offer('generic', { packages: 'p2' }, { inputs: 'new' });
    const known = offer('cloud', {}, { inputs: 'new' });
    const claimed = { version: '20261120.083000', built, offers: [updates], reuse: reusesNothing };

    const additions = additionsOf([updates, known], standing, job, claimed);

    expect(additions).toMatchObject([
      { productId: 'product-generic', versionName: '20261120.083000', version: { packages: 'p2', built } },
      { productId: 'product-cloud', versionName: '20261120', fields: { inputs: 'new' } },
    ]);
    expect(additions[1]?.version).toBe(standing.products['product-cloud']?.versions['20261120']);
  });

  it('gives everything the claimed name in a rebuild', () => {
    const claimed = { version: '20261120.083000', built, offers: [generic, cloud], reuse: reusesNothing };
    const names = additionsOf([generic, cloud], standing, rebuild, claimed).map(({ versionName }) => versionName);
    expect(names).toEqual(['20261120.083000', '20261120.083000']);
  });

  it('passes over what became news after the claim', () => {
    const overtaken = documentOf([
      [generic, '20261120'],
      [cloud, '20261120'],
      [offer('cloud', { packages: 'p2' }), '20261121'],
    ]);
    expect(additionsOf([generic, cloud], overtaken, job, undefined)).toMatchObject([{ productId: 'product-generic' }]);
    const claimed = { version: '20261120.083000', built, offers: [generic], reuse: reusesNothing };
    expect(additionsOf([cloud], overtaken, job, claimed)).toEqual([]);
  });

  it('drops the claimed name where an equal build came first', () => {
    const claimed = { version: '20261120.083000', built, offers: [generic], reuse: reusesNothing };
    expect(additionsOf([generic], standing, job, claimed)).toMatchObject([{ versionName: '20261120' }]);
  });
});
