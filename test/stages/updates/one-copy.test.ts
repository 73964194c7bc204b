import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { listLines } from '../../../bin/reading/list-text';
import { mirror as layout } from '../../../lib/job/layout';
import { OperationRequest } from '../../../lib/job/operations/operation';
import { listViews } from '../../../lib/operations/list';
import { operate } from '../../../lib/operations/operate';
import { verifyMirror } from '../../../lib/operations/verify';
import { viewsOfMirror } from '../../../lib/operations/views-of-mirror';
import { readView } from '../../../lib/publication/read-view';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import type { Item, Version } from '../../../lib/simplestreams/types';
import type { Store } from '../../../lib/store/store';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { allStores } from '../../publication/made/all-stores';
import { MemoryStore } from '../../publication/made/memory-store';
import { type SmallPress, smallPress } from '../../publication/made/small-press';
import { wrappedStore } from '../../publication/made/wrapped-store';
import { holdRelease } from '../decided/made-decisions';
import { loadersOf, publishLoaders } from '../loaders/made/published-loaders';
import '../../fixtures/needs-seconds';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

type Press = SmallPress<Store>;

const days = (count: number) => `2026-11-${20 + count}T08:30:00Z`;
/** A build on a later day; only the plain flavour has another kernel. */
async function publishOn(press: Press, day: number, patch: number, serial = '20261120'): Promise<string> {
  press.turnClockTo(days(day));
  const kernels = [{ kernel: 'generic', version: `6.1.${patch}-1` }, { kernel: 'cloud' }];
  return (await press.publish({ kernels, serial })).version ?? '';
}

/** Keys of files in the pool, without those that each version has for itself. */
async function filesOf({ keys }: Press): Promise<string[]> {
  return (await keys()).filter((key) => key.startsWith('pool/') && !/\/(?:claim|provenance)\.json$/.test(key));
}

const countOf = async (press: Press, name: string) =>
  (await filesOf(press)).filter((key) => key.endsWith(`/${name}`)).length;

async function itemsOf(press: Press, version: string, kernel = 'generic'): Promise<Version['items']> {
  return (await press.version(kernel, version))?.items ?? {};
}

const problemsIn = async ({ mirror }: Press) => (await verifyMirror(mirror, { scratch: temporaryFolder() })).problems;

describe.each(allStores)('what a view offers already, %s,', (_, make) => {
  const begun = async () => {
    const press = smallPress(signer, await make());
    return { press, first: await publishOn(press, 0, 153) };
  };

  it('is named by its old path in a version with a newer kernel, and not stored again', async () => {
    const { press, first } = await begun();
    const before = await press.keys();

    const next = await publishOn(press, 1, 158);

    const own = `pool/bookworm/amd64/${next}`;
    const added = (await press.keys()).filter((key) => key.startsWith('pool/') && !before.includes(key));
    expect(added).toEqual([
      `${own}/claim.json`,
      ...['boot-initrd', 'boot-kernel', 'provenance.json'].map((name) => `${own}/generic/generic/${name}`),
    ]);
    const [old, items] = [await itemsOf(press, first), await itemsOf(press, next)];
    expect([items.squashfs, items.manifest]).toEqual([old.squashfs, old.manifest]);
    expect(items['boot-kernel']?.path).toBe(`bookworm/amd64/${next}/generic/generic/boot-kernel`);
    expect(await problemsIn(press)).toEqual([]);
  });

  it('is the subject of the new version’s own provenance, under its old path', async () => {
    const { press, first } = await begun();
    const { provenance = '' } = (await press.version('generic', await publishOn(press, 1, 158))) ?? {};
    const { subject } = JSON.parse(`${await press.bytes(layout.pool(String(provenance)))}`);
    expect(subject.map(({ name }: { name: string }) => name)).toContain(`bookworm/amd64/${first}/squashfs`);
  });

  it('is in the pool once, however many kernels follow: six builds of two roots store two', async () => {
    const { press } = await begun();
    for (const day of [1, 2]) await publishOn(press, day, 153 + day);
    for (const day of [3, 4, 5]) await publishOn(press, day, 153 + day, '20261122');
    expect(await press.versionsOf('generic')).toHaveLength(6);
    expect([await countOf(press, 'squashfs'), await countOf(press, 'squashfs.manifest')]).toEqual([2, 2]);
    expect(await problemsIn(press)).toEqual([]);
  });

  it('is named again where a rebuild makes all of it again', async () => {
    const { press, first } = await begun();
    const before = await filesOf(press);
    const { version } = await press.publish({ rebuild: true });
    expect(await itemsOf(press, version ?? '')).toEqual(await itemsOf(press, first));
    expect(await filesOf(press)).toEqual(before);
    expect(await problemsIn(press)).toEqual([]);
  });

  it('is stored again where the pool has lost it', async () => {
    const { press, first } = await begun();
    await press.mirror.remove(`pool/bookworm/amd64/${first}/squashfs`);
    const next = await publishOn(press, 1, 158);
    const { squashfs, manifest } = await itemsOf(press, next);
    expect(squashfs?.path).toBe(`bookworm/amd64/${next}/squashfs`);
    expect(manifest?.path).toBe(`bookworm/amd64/${first}/squashfs.manifest`);
    expect((await problemsIn(press)).map(({ object }) => object)).toEqual([`pool/bookworm/amd64/${first}/squashfs`]);
  });

  it('is found again in what another build has published in the meantime', async () => {
    const { press } = await begun();
    let other = '';
    const mirror = wrappedStore(press.mirror, async ({ method, key }, go) => {
      if (other === '' && method === 'replace' && key === layout.index('candidate')) {
        other = 'on its way';
        other = await publishOn(press, 2, 158, '20261122');
      }
      return go();
    });
    press.turnClockTo(days(1));
    const kernels = [{ kernel: 'generic', version: '6.1.158-1' }, { kernel: 'cloud' }];

    const { version } = await press.publish({ kernels, serial: '20261122', rebuild: true }, { mirror });

    expect(version && version > other).toBe(true);
    expect(await itemsOf(press, version ?? '')).toEqual(await itemsOf(press, other));
    expect(await problemsIn(press)).toEqual([]);
  });

  it('counts once in the sizes of lists, of the view and of verify', async () => {
    const { press, first } = await begun();
    const next = await publishOn(press, 1, 158);
    const items: Item[] = [
      await itemsOf(press, first),
      await itemsOf(press, next),
      await itemsOf(press, first, 'cloud'),
    ].flatMap((one) => Object.values(one));
    const files = new Map(items.map(({ path, size }) => [path, size]));
    const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
    expect(files.size).toBe(8);

    expect(await viewsOfMirror(press.mirror)).toMatchObject([{ size: bytes }]);
    const provenances = await Promise.all([first, next].map((name) => press.version('generic', name)));
    const more = [...provenances, await press.version('cloud', first)].map((one) => Number(one?.provenance_size));
    const report = await verifyMirror(press.mirror, { scratch: temporaryFolder() });
    expect(report).toMatchObject({ objects: 11, bytes: more.reduce((sum, size) => sum + size, bytes) });
  });
});

describe.each(allStores)('bootloaders that a view offers already, %s,', (_, make) => {
  const uefi = 'com.ubuntu.maas.candidate:1:grub-efi-signed:uefi:amd64';
  const pathsOf = async (press: Press, version: string) => {
    const { items = {} } = (await loadersOf(press))?.products[uefi]?.versions[version] ?? {};
    return [items['grub2-signed']?.path, items['shim-signed']?.path];
  };

  it('are named by their old path beside those that are new', async () => {
    const press = smallPress(signer, await make());
    await publishLoaders(press);
    const before = await filesOf(press);
    const { products } = await publishLoaders(press, { versions: { 'amd64/shim-signed': '1.59' } });

    expect(products).toEqual([{ product: uefi, version: '20261120.083001' }]);
    const own = 'bootloaders/uefi/amd64/20261120.083001/shim-signed.tar.xz';
    const grub = 'bootloaders/uefi/amd64/20261120.083000/grub2-signed.tar.xz';
    expect(await pathsOf(press, '20261120.083001')).toEqual([grub, own]);
    expect((await filesOf(press)).filter((key) => !before.includes(key))).toEqual([layout.pool(own)]);
    expect(await problemsIn(press)).toEqual([]);
  });

  it('are stored again where the pool has lost them', async () => {
    const press = smallPress(signer, await make());
    await publishLoaders(press);
    const shim = 'bootloaders/uefi/amd64/20261120.083000/shim-signed.tar.xz';
    await press.mirror.remove('pool/bootloaders/uefi/amd64/20261120.083000/grub2-signed.tar.xz');
    await publishLoaders(press, { rebuild: true });
    const grub = 'bootloaders/uefi/amd64/20261120.083001/grub2-signed.tar.xz';
    expect(await pathsOf(press, '20261120.083001')).toEqual([grub, shim]);
  });
});

describe('versions that share files', () => {
  const oneOf = { view: 'candidate', release: 'bookworm', architectures: [], flavours: ['generic'] };
  type Asked = (first: string, next: string) => object;
  const ways: readonly (readonly [what: string, asked: Asked])[] = [
    ['the older one is removed', (version) => ({ does: 'remove', ...oneOf, version })],
    ['the newer one is removed', (_, version) => ({ does: 'remove', ...oneOf, version })],
    ['the older one is withdrawn', (version) => ({ does: 'withdraw', ...oneOf, version })],
    ['the newer one is rolled back', () => ({ does: 'rollback', ...oneOf })],
    ['the older one is published again', () => ({ does: 'rollback', ...oneOf, republish: true })],
    ['they are promoted', () => ({ does: 'promote', from: 'candidate', to: 'stable' })],
    ['they are frozen', () => ({ does: 'snapshot', view: 'candidate', name: '2026-11' })],
  ];

  it.each(ways)('are whole after %s, and the next build shares with those that are left', async (_, asked) => {
    const press = smallPress(signer);
    const [first, next] = [await publishOn(press, 0, 153), await publishOn(press, 1, 158)];
    const operation = OperationRequest.parse(asked(first, next));
    await operate(
      { operation, by: 'anna@ops1', reason: 'tested', dryRun: false, tool: '0', needs: [] },
      { ...press, log: () => {} },
    );
    expect(await problemsIn(press)).toEqual([]);

    press.turnClockTo(days(2));
    const last = await publishOn(press, 2, 160);
    expect((await itemsOf(press, last)).squashfs?.path).toBe(`bookworm/amd64/${first}/squashfs`);
    expect(await problemsIn(press)).toEqual([]);
    expect(await countOf(press, 'squashfs')).toBe(1);
  });

  it('are listed with what they take together', async () => {
    const press = smallPress(signer);
    for (const day of [0, 1]) await publishOn(press, day, 153 + day);
    const views = (await listViews(press.mirror)).map((view) => {
      const rows = view.rows.map((row) => ({ ...row, files: row.files.map((file) => ({ ...file, size: 1_000_000 })) }));
      return { ...view, rows };
    });
    // A root and a manifest; of the plain flavour two kernels and initrds, of the other one.
    expect(listLines(views, 'mirror', new Date(days(1)))[0]).toMatch(/candidate .*, 8\.0 MB/);
  });

  it('do not share with a version that only waits on the shelf: it may never be offered', async () => {
    const press = smallPress(signer);
    await publishOn(press, 0, 153);
    await holdRelease(press);
    await publishOn(press, 1, 158, '20261121');
    const { shelf } = await readView('candidate', press);
    const [pending = ''] = Object.values(shelf.products).flatMap(({ versions }) => Object.keys(versions));
    const newest = { generic: pending, cloud: pending };
    const kernels = [{ kernel: 'generic', version: '6.1.160-1' }, { kernel: 'cloud' }];
    press.turnClockTo(days(2));
    expect(await press.publish({ kernels, serial: '20261121', newest })).toMatchObject({ held: { pending: 2 } });
    expect(await countOf(press, 'squashfs')).toBe(3);
    expect(await problemsIn(press)).toEqual([]);
  });

  it('do not share with another view', async () => {
    const press = smallPress(signer);
    await publishOn(press, 0, 153);
    await press.publish({ view: 'stable' });
    expect(await countOf(press, 'squashfs')).toBe(2);
  });
});

/** A step: a build, or what an operator or a bad disk does. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      publish: fc.record({
        serial: fc.constantFrom('20261120', '20261121'),
        patches: fc.tuple(fc.constantFrom(153, 158, 160), fc.constantFrom(153, 158)),
        rebuild: fc.boolean(),
      }),
    }),
  },
  fc.record({ lose: fc.nat() }),
  fc.record({ hold: fc.boolean() }),
);

it('never stores what the view offered when it published, whatever came before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      const press = smallPress(signer, new MemoryStore());
      for (const [day, one] of steps.entries()) {
        press.turnClockTo(days(day));
        if ('lose' in one) {
          const files = await filesOf(press);
          if (files.length > 0) await press.mirror.remove(files[one.lose % files.length] ?? '');
        } else if ('hold' in one) {
          if (!one.hold && (await press.document()) !== undefined) await holdRelease(press);
        } else await expectOneCopy(press, one.publish);
      }
    }),
    { numRuns: 25 },
  );
});

async function expectOneCopy(
  press: Press,
  { serial, patches, rebuild }: { serial: string; patches: [number, number]; rebuild: boolean },
): Promise<void> {
  const offered = new Set<string>();
  for (const { path, sha256 } of await offeredBy(press)) {
    if ((await press.mirror.head(layout.pool(path))) !== undefined) offered.add(contentOf(path, sha256));
  }
  const before = new Set(await filesOf(press));
  const [generic, cloud] = patches.map((patch) => `6.1.${patch}-1`);
  const kernels = [
    { kernel: 'generic', ...(generic && { version: generic }) },
    { kernel: 'cloud', ...(cloud && { version: cloud }) },
  ];
  await press.publish({ kernels, serial, rebuild });
  for (const key of (await filesOf(press)).filter((one) => !before.has(one))) {
    const { sha256 = '' } = (await press.mirror.head(key)) ?? {};
    expect(offered).not.toContain(contentOf(key, sha256));
  }
}

const contentOf = (path: string, sha256: string) => `${path.slice(path.lastIndexOf('/') + 1)} ${sha256}`;

async function offeredBy(press: Press): Promise<Item[]> {
  const { products = {} } = (await press.document()) ?? {};
  return Object.values(products).flatMap(({ versions }) =>
    Object.values(versions).flatMap(({ items }) => Object.values(items)),
  );
}
