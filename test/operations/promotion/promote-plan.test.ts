import { describe, expect, it } from 'vitest';
import type { PlanLine } from '../../../lib/job/operations/outcome';
import type { Asked } from '../../../lib/operations/plans/asked';
import type { MirrorContent, Planned } from '../../../lib/operations/plans/planned';
import { planPromotion } from '../../../lib/operations/promotion/promote-plan';
import { keptLedger } from '../../../lib/publication/state/kept-ledger';
import type { Ledger, LedgerRow } from '../../../lib/publication/state/ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import type { Promotion } from '../../../lib/publication/state/view-state';
import { withdrawnPart } from '../../../lib/publication/state/withdrawals';
import type { Product } from '../../../lib/simplestreams/types';
import { bootloaderFields, bootloaderVersion, documentOf } from '../../simplestreams/made-documents';
import { made, mirrorOf, type Offered, viewWith } from '../plans/made';
import { publishedSince } from './made';

const at = new Date('2026-11-30T10:15:00Z');
const [one, two, three] = ['20261120.083000', '20261125.083000', '20261128.083000'];
const [ga, hwe] = ['ga-24.04', 'hwe-24.04'].map((name) => `ubuntu/noble/amd64/${name}/generic`);
const asked: Asked<'promote'> = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', require: [] },
  ...{ architectures: [], flavours: [], by: 'anna@ops1', reason: 'tested' },
};

const long = '2026-11-01T00:00:00Z';
const candidateOf = (offered: Offered, others = {}) => publishedSince(viewWith('candidate', offered), long, others);
const stableOf = (offered: Offered, more: Partial<ViewContent> = {}) => {
  const state = { ...emptyState('stable'), kind: 'promoted' as const };
  return publishedSince(viewWith('stable', offered, { state, ...more }), long);
};
const flavours = (names: Readonly<Record<string, string>>): Offered => ({
  'ga-24.04': Object.fromEntries(Object.entries(names).map(([name, word]) => [name, `r${word} g${word}`])),
  'hwe-24.04': Object.fromEntries(Object.entries(names).map(([name, word]) => [name, `r${word} h${word}`])),
});
const plan = (mirror: MirrorContent, request: Partial<Asked<'promote'>> = {}) =>
  planPromotion({ ...asked, ...request }, mirror, at);
const isNotCreation = ({ does }: PlanLine) => does !== 'create';
const linesOf = ({ views }: Planned) =>
  views.flatMap(({ lines }) =>
    lines
      .filter(isNotCreation)
      .map(({ does, product, version, name, why }) =>
        [does, product?.split('/')[3] ?? product, version, name && (name === version ? 'as it is' : name), why]
          .filter(Boolean)
          .join(' '),
      ),
  );
const changeOf = ({ views }: Planned) => views[0]?.change;
const offeredBy = (planned: Planned) =>
  Object.fromEntries(
    [...(changeOf(planned)?.documents?.values() ?? [])].flatMap(({ products }) =>
      Object.entries(products).map(([id, { versions }]) => [id, Object.keys(versions)]),
    ),
  );
const withLedger = (content: ViewContent, words: string, results: LedgerRow['attested'][string]): ViewContent => {
  const digest = contentDigest(made(words));
  const rows = Object.entries(content.ledger.products).map(([id, row]) => [
    id,
    row.since[digest] === undefined ? row : { ...row, attested: { [digest]: results } },
  ]);
  return { ...content, ledger: { ...content.ledger, products: Object.fromEntries(rows) } as Ledger };
};
const result = (check: string, passed: boolean, more = {}) => ({
  ...{ check, passed, at: '2026-11-28T08:00:00Z', view: 'candidate', version: three, ...more },
});

const hold = {
  ...{ id: '0c1d2e3f4a5b', since: '2026-11-27T16:00:00Z', until: '2026-12-01T00:00:00Z', reason: 'freeze' },
  ...{ release: 'noble', architectures: [], flavours: [] },
};

describe('promote', () => {
  it('offers the newest versions under their own names, with the same files and the ids of the target', () => {
    const planned = plan(
      mirrorOf(candidateOf(flavours({ [one]: '1', [three]: '3' })), stableOf(flavours({ [one]: '1' }))),
    );
    expect(planned.refusal).toBeUndefined();
    expect(linesOf(planned)).toEqual([`offer ga-24.04 ${three} as it is`, `offer hwe-24.04 ${three} as it is`]);
    expect(planned.views[0]?.lines[0]).toMatchObject({ product: ga, before: one, newest: three });
    expect(offeredBy(planned)).toEqual({
      'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04': [one, three],
      'com.ubuntu.maas.stable:v3:boot:24.04:amd64:hwe-24.04': [one, three],
    });
    const [document] = changeOf(planned)?.documents?.values() ?? [];
    const [product] = Object.values(document?.products ?? {});
    expect(product).toMatchObject({ label: 'stable', subarch: 'ga-24.04' });
    expect(product?.versions[three]).toEqual({ ...made('r3 g3'), origin: `candidate/${three}` });
    expect(changeOf(planned)).toMatchObject({
      note: { what: 'promote', by: 'anna@ops1', reason: 'tested', from: 'candidate' },
      state: { kind: 'promoted' },
    });
    expect(changeOf(planned)?.offered?.map(({ view }) => view)).toEqual(['candidate']);
  });

  it('creates a target that does not exist, as a promoted view, and says so, with the way back', () => {
    const planned = plan(mirrorOf(candidateOf(flavours({ [three]: '3' }))));
    expect(planned.views[0]?.lines.filter((line) => !isNotCreation(line))).toEqual([
      { does: 'create', name: 'stable' },
    ]);
    expect(changeOf(planned)?.state).toEqual({ ...emptyState('stable'), kind: 'promoted' });
    expect([...(changeOf(planned)?.documents?.keys() ?? [])]).toEqual(['com.ubuntu.maas:stable:v3:download']);
    expect(planned.remarks).toEqual([
      { about: 'download', release: 'noble', architecture: 'amd64', bytes: expect.any(Number) },
      {
        ...{ about: 'undo', why: 'delete the view that this created' },
        commands: ['maas-mirror view delete stable'],
      },
    ]);
  });

  it('does not create a target for which there is nothing to take', () => {
    const planned = plan(mirrorOf(candidateOf(flavours({ [three]: '3' }))), { after: '90d' });
    expect(planned.views[0]?.lines.map(({ does }) => does)).toEqual(['pass over', 'pass over']);
    expect(planned.remarks).toEqual([]);
  });

  it('says what one MAAS downloads more, and how the target goes back', () => {
    const planned = plan(mirrorOf(candidateOf(flavours({ [three]: '3' })), stableOf(flavours({ [one]: '1' }))));
    const files = Object.values({ ...made('r3 g3').items, ...{ other: made('r3 h3').items['boot-kernel'] } });
    const bytes = [...files, made('r3 h3').items['boot-initrd']].reduce((sum, item) => sum + (item?.size ?? 0), 0);
    expect(planned.remarks).toEqual([
      { about: 'download', release: 'noble', architecture: 'amd64', bytes },
      { about: 'undo', commands: [`maas-mirror hold stable noble --at ${one}`] },
    ]);
  });

  it('does not count what a MAAS has of flavours that stay as they are', () => {
    const words = { 'ga-24.04': { [one]: 'r1 g1', [three]: 'r1 g3' }, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r1 h2' } };
    const stable = stableOf({ 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r1 h2' } });
    const { 'boot-kernel': kernel, 'boot-initrd': initrd } = made('r1 g3').items;
    expect(plan(mirrorOf(candidateOf(words), stable)).remarks[0]).toMatchObject({
      ...{ about: 'download', bytes: (kernel?.size ?? 0) + (initrd?.size ?? 0) },
    });
  });

  it('does nothing where the target has all of it as newest, under whatever name', () => {
    const planned = plan(mirrorOf(candidateOf(flavours({ [one]: '1' })), stableOf(flavours({ [two]: '1' }))));
    expect(planned).toEqual({ views: [{ view: 'stable', lines: [] }], remarks: [] });
  });

  it('does nothing either where what the target has could not be promoted any more', () => {
    const candidate = withLedger(candidateOf(flavours({ [one]: '1' })), 'r1 g1', [result('lab', false)]);
    for (const request of [{}, { after: '3d' }, { require: ['lab'] }]) {
      const planned = plan(mirrorOf(candidate, stableOf(flavours({ [one]: '1' }))), request);
      expect(planned).toEqual({ views: [{ view: 'stable', lines: [] }], remarks: [] });
    }
  });

  it('gives sisters one new name where the own name is not above all that the target ever had', () => {
    const stable = stableOf(flavours({ [three]: '1' }));
    const planned = plan(mirrorOf(candidateOf(flavours({ [two]: '2' })), stable));
    const name = '20261128.101500';
    expect(linesOf(planned)).toEqual([`offer ga-24.04 ${two} ${name}`, `offer hwe-24.04 ${two} ${name}`]);
  });

  it('gives a content that the target has lower down a new name', () => {
    const stable = stableOf(flavours({ [one]: '1', [two]: '2' }));
    const planned = plan(mirrorOf(candidateOf(flavours({ [one]: '1' })), stable));
    expect(linesOf(planned)[0]).toBe(`offer ga-24.04 ${one} 20261125.101500`);
  });

  it('uses no name again that has left the target', () => {
    const ledger = stableOf(flavours({ [one]: '1', [three]: '3' })).ledger;
    const gone = { ...stableOf(flavours({ [one]: '1' })), ledger };
    expect(linesOf(plan(mirrorOf(candidateOf(flavours({ [two]: '2' })), gone)))[0]).toContain('20261128.101500');
  });

  it('keeps where a version was built through all views', () => {
    const first = plan(mirrorOf(candidateOf(flavours({ [three]: '3' })), stableOf(flavours({ [one]: '1' }))), {
      to: 'stable',
    });
    const stable = { ...stableOf({}), ...changeOf(first), view: 'stable' } as ViewContent;
    const second = plan(mirrorOf(stable), { from: 'stable', to: 'site' });
    const [document] = changeOf(second)?.documents?.values() ?? [];
    expect(Object.values(document?.products ?? {})[0]?.versions[three]?.origin).toBe(`candidate/${three}`);
  });

  it('takes what a snapshot has, whose documents name its source', () => {
    const source = { snapshot: { from: 'candidate', index: '0'.repeat(64), at: long } };
    const state = { ...emptyState('snapshots/may'), source };
    const frozen = { ...candidateOf(flavours({ [three]: '3' })), view: 'snapshots/may', state };
    const planned = plan(mirrorOf(frozen, stableOf(flavours({ [one]: '1' }))), { from: 'snapshots/may' });
    const [document] = changeOf(planned)?.documents?.values() ?? [];
    expect(Object.keys(offeredBy(planned))).toHaveLength(2);
    expect(Object.values(document?.products ?? {})[0]?.versions[three]?.origin).toBe(`candidate/${three}`);
  });

  it('brings the results of checks along, and the latest of both views counts', () => {
    const candidate = withLedger(candidateOf(flavours({ [three]: '3' })), 'r3 g3', [result('lab', true)]);
    const planned = plan(mirrorOf(candidate, stableOf(flavours({ [one]: '1' }))));
    const id = 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04';
    expect(changeOf(planned)?.ledger?.products[id]?.attested[contentDigest(made('r3 g3'))]).toEqual([
      result('lab', true),
    ]);
  });

  it('takes the fields that its products have now', () => {
    const candidate = candidateOf(flavours({ [three]: '3' }));
    const documents = new Map(
      [...candidate.documents].map(([id, document]) => {
        const products = Object.entries(document.products).map(([key, product]) => [
          key,
          { ...product, inputs: 'x', support_eol: '2030' } as Product,
        ]);
        return [id, { ...document, products: Object.fromEntries(products) }];
      }),
    );
    const planned = plan(mirrorOf({ ...candidate, documents }, stableOf(flavours({ [one]: '1' }))));
    const [document] = changeOf(planned)?.documents?.values() ?? [];
    const [product] = Object.values(document?.products ?? {});
    expect(product).toMatchObject({ label: 'stable', support_eol: '2030' });
    expect(product).not.toHaveProperty('inputs');
  });

  it('promotes only what is named, and leaves the documents of others alone', () => {
    const loader: Product = { ...bootloaderFields, versions: { '1': bootloaderVersion('1') } };
    const id = 'com.ubuntu.maas:candidate:1:bootloader-download';
    const candidate = candidateOf(flavours({ [three]: '3' }));
    const documents = new Map([
      ...candidate.documents,
      [id, documentOf(id, { 'com.ubuntu.maas.candidate:1:pxelinux:pxe:i386': loader })],
    ]);
    const mirror = mirrorOf({ ...candidate, documents });
    expect(linesOf(plan(mirror, { release: 'bootloaders' }))).toEqual([
      'offer pxelinux 1 as it is'.replace('pxelinux', 'pxelinux/pxe/i386'),
    ]);
    expect(linesOf(plan(mirror, { release: 'noble' }))).toHaveLength(2);
    expect(linesOf(plan(mirror))).toHaveLength(3);
  });

  it('promotes what was not boot-tested if that is waived, and says why in the version', () => {
    const candidate = candidateOf({ 'ga-24.04': { [three]: 'r3 g3' } });
    const untested = withVersions(candidate, { gate: 'waived' });
    const planned = plan(mirrorOf(untested), { waived: 'urgent' });
    const [document] = changeOf(planned)?.documents?.values() ?? [];
    expect(Object.values(document?.products ?? {})[0]?.versions[three]).toMatchObject({
      gate: 'waived',
      waived: 'urgent',
    });
  });

  it('leaves out a flavour that the target never had and that may not be taken', () => {
    const candidate = candidateOf({ ...flavours({ [three]: '3' }), 'hwe-24.04-edge': { [three]: 'r3 e3' } });
    const untested = withVersions(candidate, { gate: 'failed' }, 'hwe-24.04-edge');
    const planned = plan(mirrorOf(untested, stableOf(flavours({ [one]: '1' }))));
    expect(planned.refusal).toBeUndefined();
    expect(linesOf(planned)).toEqual([
      `offer ga-24.04 ${three} as it is`,
      `offer hwe-24.04 ${three} as it is`,
      'leave out hwe-24.04-edge not boot-tested (failed)',
    ]);
  });
});

/** The same view, with other fields in its versions, of one flavour or all. */
function withVersions(content: ViewContent, facts: Readonly<Record<string, string>>, subarch?: string): ViewContent {
  const documents = [...content.documents].map(([contentId, document]) => {
    const products = Object.entries(document.products).map(([id, product]) => {
      if (subarch !== undefined && product.subarch !== subarch) return [id, product];
      const versions = Object.entries(product.versions).map(([name, version]) => [name, { ...version, ...facts }]);
      return [id, { ...product, versions: Object.fromEntries(versions) }];
    });
    return [contentId, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

describe('promote --after', () => {
  const young = '2026-11-29T00:00:00Z';

  it('takes the newest that is old enough, and passes over younger ones', () => {
    const candidate = candidateOf(flavours({ [one]: '1', [two]: '2', [three]: '3' }), {
      'r3 g3': young,
      'r3 h3': young,
    });
    const planned = plan(mirrorOf(candidate, stableOf(flavours({ [one]: '1' }))), { after: '3d' });
    expect(linesOf(planned)).toEqual([
      `offer ga-24.04 ${two} as it is`,
      `offer hwe-24.04 ${two} as it is`,
      `pass over ga-24.04 ${three} too young (published ${young})`,
      `pass over hwe-24.04 ${three} too young (published ${young})`,
    ]);
  });

  it('counts from when the content was published, whatever its name is now', () => {
    const candidate = candidateOf(flavours({ [three]: '1' }));
    expect(linesOf(plan(mirrorOf(candidate), { after: '3d' }))[0]).toBe(`offer ga-24.04 ${three} as it is`);
  });

  it('never goes back to what is older than what the target has', () => {
    const candidate = candidateOf(flavours({ [one]: '1', [two]: '2', [three]: '3' }), {
      'r3 g3': young,
      'r3 h3': young,
    });
    const planned = plan(mirrorOf(candidate, stableOf(flavours({ [three]: '3' }))), { after: '3d' });
    expect(planned.views).toEqual([{ view: 'stable', lines: [] }]);
  });

  it('never goes back either where the source has taken back what the target has', () => {
    const ledger = candidateOf(flavours({ [one]: '1', [three]: '3' })).ledger;
    const before = { ...viewWith('candidate', flavours({ [one]: '1', [three]: '3' })), ledger };
    const candidate = publishedSince(viewWith('candidate', flavours({ [one]: '1' })), long);
    const rolled = { ...candidate, ledger: keptLedger(before, { ...candidate, ledger }, at) };
    const stable = stableOf(flavours({ [three]: '3' }));
    const aged = plan(mirrorOf(rolled, stable), { after: '3d' });
    expect(changeOf(aged)).toBeUndefined();
    const why = `older than ${three}, which stable has`;
    expect(linesOf(aged)).toEqual([`pass over ga-24.04 ${one} ${why}`, `pass over hwe-24.04 ${one} ${why}`]);
    // By hand it does, and says so.
    const older = plan(mirrorOf(rolled, stable)).remarks.filter(({ about }) => about === 'older');
    const said = { about: 'older', view: 'stable', version: one, before: three };
    expect(older).toEqual([ga, hwe].map((product) => ({ ...said, product })));
  });

  it('names no hold as the undo that would take back more than was promoted', () => {
    const stable = stableOf({ 'ga-24.04': { [one]: 'r1 g1' }, 'hwe-24.04': { [one]: 'r1 h1', [two]: 'r1 h2' } });
    const candidate = candidateOf({ 'ga-24.04': { [two]: 'r1 g2' }, 'hwe-24.04': { [two]: 'r1 h2' } });
    const planned = plan(mirrorOf(candidate, stable));
    expect(linesOf(planned)).toEqual([`offer ga-24.04 ${two} as it is`]);
    expect(planned.remarks.map(({ about }) => about)).toEqual(['download']);
  });

  it('does not name the hold that would go back to a version which is withdrawn by now, since that is refused', () => {
    const stable = stableOf(flavours({ [one]: '1' }));
    const [product] = Object.values([...stable.documents.values()][0]?.products ?? {});
    const mark = withdrawalOf('lab', withdrawnPart(product ?? { versions: {} }, one, made('r1 g1')));
    const mirror = { ...mirrorOf(candidateOf(flavours({ [three]: '3' })), stable), withdrawn: [mark] };
    const planned = plan(mirror);
    expect(linesOf(planned)).toEqual([`offer ga-24.04 ${three} as it is`, `offer hwe-24.04 ${three} as it is`]);
    expect(planned.remarks.map(({ about }) => about)).toEqual(['download']);
  });

  it('takes nothing that is withdrawn anywhere, also by the hand of another view', () => {
    const candidate = candidateOf(flavours({ [two]: '2', [three]: '3' }));
    const [product] = Object.values([...candidate.documents.values()][0]?.products ?? {});
    const mark = withdrawalOf('lab', withdrawnPart(product ?? { versions: {} }, three, made('r3 g3')));
    const mirror = { ...mirrorOf(candidate), withdrawn: [mark] };
    const planned = plan(mirror, { after: '3d' });
    expect(linesOf(planned)).toContain(`offer ga-24.04 ${two} as it is`);
    expect(linesOf(planned)).toContain(`pass over ga-24.04 ${three} withdrawn in lab`);
    expect(changeOf(planned)?.withdrawn).toEqual([mark]);
  });

  it('begins with the main kernel: never with another flavour alone', () => {
    const words = {
      'ga-24.04': { [one]: 'r1 g1', [three]: 'r3 g3' },
      'hwe-24.04': { [one]: 'r1 h1', [three]: 'r3 h3' },
    };
    const candidate = candidateOf(words, { 'r3 g3': young });
    expect(linesOf(plan(mirrorOf(candidate), { after: '3d' }))).toEqual([
      `offer ga-24.04 ${one} as it is`,
      `offer hwe-24.04 ${one} as it is`,
      `pass over ga-24.04 ${three} too young (published ${young})`,
      `pass over hwe-24.04 ${three} no version of ${ga} has its root`,
    ]);
  });

  it('needs the checks that are required, and says which is missing', () => {
    const candidate = withLedger(candidateOf({ 'ga-24.04': { [two]: 'r2 g2', [three]: 'r3 g3' } }), 'r2 g2', [
      result('lab', true),
    ]);
    const planned = plan(mirrorOf(candidate), { after: '3d', require: ['lab'] });
    expect(linesOf(planned)).toEqual([
      `offer ga-24.04 ${two} as it is`,
      `pass over ga-24.04 ${three} no result of lab`,
    ]);
  });

  it('passes over what is held, and promotes the rest', () => {
    const candidate = candidateOf(flavours({ [three]: '3' }));
    const jammy = withRelease(candidateOf({ 'ga-22.04': { [three]: 'r4 j4' } }));
    const documents = new Map([
      ...candidate.documents,
      ...[...jammy.documents].map(([id, one]) => [`${id}-2`, { ...one, content_id: `${id}-2` }] as const),
    ]);
    const stable = stableOf(flavours({ [one]: '1' }));
    const held = { ...stable, state: { ...stable.state, holds: [hold] } };
    const planned = plan(mirrorOf(publishedSince({ ...candidate, documents }, long), held), { after: '1d' });
    expect(planned.refusal).toBeUndefined();
    expect(linesOf(planned)).toEqual([
      `offer ga-22.04 ${three} as it is`,
      `pass over ga-24.04 ${three} held since 2026-11-27`,
      `pass over hwe-24.04 ${three} held since 2026-11-27`,
    ]);
    const noble = 'com.ubuntu.maas.stable:v3:boot:24.04:amd64:ga-24.04';
    expect(offeredBy(planned)[noble]).toEqual([one]);
    const mirror = mirrorOf(publishedSince({ ...candidate, documents }, long), held);
    const refusal = (request: Partial<Asked<'promote'>>) => plan(mirror, { release: 'noble', ...request }).refusal;
    const unhold = 'unhold it first: maas-mirror unhold stable noble';
    const others = `${unhold}; or promote what is not held (jammy amd64): maas-mirror promote candidate stable`;
    expect(refusal({})).toMatchObject({ name: 'Held', hint: others });
    expect(refusal({ after: '1d', require: [], waived: 'as asked' })?.hint).toBe(
      `${others} --after 1d --waive-boot-test 'as asked'`,
    );
  });

  it('names the releases one by one where not all of the rest would be promoted', () => {
    const candidate = candidateOf(flavours({ [three]: '3' }));
    const others = ['ga-22.04', 'ga-20.04'].map((name, place) => {
      const release = ['jammy', 'focal'][place] ?? '';
      return withRelease(candidateOf({ [name]: { [three]: `r${name} ${name}` } }), release);
    });
    const documents = new Map([
      ...candidate.documents,
      ...others.flatMap(({ documents }, place) =>
        [...documents].map(([id, one]) => [`${id}-${place}`, { ...one, content_id: `${id}-${place}` }] as const),
      ),
    ]);
    const all = publishedSince({ ...candidate, documents }, long);
    const stable = stableOf(flavours({ [one]: '1' }));
    const held = { ...stable, state: { ...stable.state, holds: [hold] } };
    const failed = withLedger(all, 'rga-20.04 ga-20.04', [result('lab', false)]);
    expect(plan(mirrorOf(failed, held), { release: 'noble' }).refusal?.hint).toBe(
      'unhold it first: maas-mirror unhold stable noble; or promote what is not held (jammy amd64): maas-mirror promote candidate stable jammy',
    );
  });
});

describe('promote, into a view whose hold has ended,', () => {
  const ended = { ...hold, until: '2026-11-30T00:00:00Z', at: one };

  it('lifts the hold, which nothing else does in a view that is filled by hand', () => {
    const stable = stableOf(flavours({ [one]: '1' }));
    const planned = plan(
      mirrorOf(candidateOf(flavours({ [three]: '3' })), { ...stable, state: { ...stable.state, holds: [ended] } }),
      { release: 'noble' },
    );
    expect(planned.refusal).toBeUndefined();
    expect(linesOf(planned)).toEqual([
      `set ${one} not held`,
      `offer ga-24.04 ${three} as it is`,
      `offer hwe-24.04 ${three} as it is`,
    ]);
    expect(changeOf(planned)).toMatchObject({ state: { holds: [] }, note: { what: 'promote' } });
  });

  it('lifts it where there is no news, and keeps the hold of another release', () => {
    const same = flavours({ [one]: '1' });
    const stable = stableOf(same);
    const other = { ...hold, id: 'ffffffffffff', release: 'jammy' };
    const state = { ...stable.state, holds: [ended, other] };
    const planned = plan(mirrorOf(candidateOf(same), { ...stable, state }));
    expect(linesOf(planned)).toEqual([`set ${one} not held`]);
    expect(changeOf(planned)).toMatchObject({ state: { holds: [other] }, note: { what: 'unhold', by: 'anna@ops1' } });
  });
});

describe('promote by hand, where the setting of the target has conditions,', () => {
  const young = '2026-11-29T10:15:00Z';
  const candidate = candidateOf({ 'ga-24.04': { [two]: 'r2 g2', [three]: 'r3 g3' } }, { 'r3 g3': young });
  const stableWith = (promote: Promotion) => {
    const stable = stableOf({ 'ga-24.04': { [one]: 'r1 g1' } });
    return { ...stable, state: { ...stable.state, source: { promote } } };
  };
  const waits = stableWith({ from: 'candidate', after: '3d' });
  const checks = stableWith({ from: 'candidate', require: ['hw-lab'] });
  const toldBy = ({ remarks }: Planned) => remarks.flatMap(({ about, why }) => (about === 'conditions' ? [why] : []));

  it('waits as long as the setting says, and says so; --after overrides it', () => {
    const planned = plan(mirrorOf(candidate, waits));
    expect(linesOf(planned)).toEqual([
      `offer ga-24.04 ${two} as it is`,
      `pass over ga-24.04 ${three} too young (published ${young})`,
    ]);
    expect(toldBy(planned)).toEqual(['published in candidate for 3d']);
    const now = plan(mirrorOf(candidate, waits), { after: '0' });
    expect(linesOf(now)).toEqual([`offer ga-24.04 ${three} as it is`]);
    expect(toldBy(now)).toEqual(['published in candidate for 0 instead of 3d']);
  });

  it('refuses a version without the checks of the setting, whatever else is required', () => {
    for (const require of [[], ['lab']]) {
      expect(
        plan(mirrorOf(withLedger(candidate, 'r3 g3', [result('lab', true)]), checks), { require }).refusal,
      ).toMatchObject({
        name: 'NotAttested',
        message: `noble ${three} has no result of hw-lab yet`,
        hint: `give one: maas-mirror attest candidate noble ${three} --check hw-lab --pass, or promote without it: --waive-checks REASON`,
      });
    }
  });

  it('promotes without them if they are waived, says so, and leaves the reason in the history', () => {
    const planned = plan(mirrorOf(candidate, checks), { checksWaived: 'lab is down' });
    expect(planned.refusal).toBeUndefined();
    expect(linesOf(planned)).toEqual([`offer ga-24.04 ${three} as it is`]);
    expect(toldBy(planned)).toEqual(['hw-lab not required (lab is down)']);
    expect(changeOf(planned)?.note).toMatchObject({ reason: 'tested; not required: hw-lab (lab is down)' });
  });

  it('says that no check was waived where none is required', () => {
    const planned = plan(mirrorOf(candidate, waits), { after: '0', checksWaived: 'lab is down' });
    expect(toldBy(planned)).toEqual([
      'published in candidate for 0 instead of 3d; no required checks, so --waive-checks had no effect',
    ]);
    expect(changeOf(planned)?.note.reason).toBe('tested');
  });

  it('refuses a failed check also if checks are waived', () => {
    const failed = withLedger(candidate, 'r3 g3', [result('hw-lab', false)]);
    expect(plan(mirrorOf(failed, checks), { checksWaived: 'lab is down' }).refusal?.name).toBe('NotAttested');
  });

  it('takes them from mirror.yaml until a setting of it was applied, also for a target that does not exist yet', () => {
    const setting = { from: 'candidate', after: '3d', require: ['hw-lab'] };
    const created = stableOf({ 'ga-24.04': { [one]: 'r1 g1' } });
    for (const mirror of [mirrorOf(candidate), mirrorOf(candidate, created)]) {
      const planned = plan(mirror, { setting });
      expect(linesOf(planned)).not.toContainEqual(expect.stringMatching(/^offer/));
      expect(toldBy(planned)).toEqual(['published in candidate for 3d; passed hw-lab']);
      expect(toldBy(plan(mirror, { setting: { ...setting, from: 'beta' } }))).toEqual([]);
    }
    const applied = { ...created, state: { ...created.state, configured: 'a'.repeat(64) } };
    expect(toldBy(plan(mirrorOf(candidate, applied), { setting }))).toEqual([]);
    expect(toldBy(plan(mirrorOf(candidate, waits), { setting }))).toEqual(['published in candidate for 3d']);
  });

  it('does not need them from another source', () => {
    const other = plan(mirrorOf(candidate, stableWith({ from: 'beta', after: '3d', require: ['hw-lab'] })));
    expect(linesOf(other)).toEqual([`offer ga-24.04 ${three} as it is`]);
    expect(toldBy(other)).toEqual([]);
  });
});

function withRelease(content: ViewContent, release = 'jammy'): ViewContent {
  const documents = [...content.documents].map(([contentId, document]) => {
    const products = Object.entries(document.products).map(([id, product]) => [
      id,
      { ...product, release, version: release, release_codename: release, release_title: release },
    ]);
    return [contentId, { ...document, products: Object.fromEntries(products) }] as const;
  });
  return { ...content, documents: new Map(documents) };
}

function withdrawalOf(view: string, part: ReturnType<typeof withdrawnPart>) {
  return {
    ...{ id: '9d3c0a1b2c4d', at: '2026-11-28T09:12:00Z', reason: 'NIC driver lost', view, release: 'noble' },
    ...{ version: three, architectures: [], flavours: [], parts: [part] },
  };
}

describe('refuses to promote', () => {
  const good = candidateOf(flavours({ [three]: '3' }));
  const stable = stableOf(flavours({ [one]: '1' }));
  const refusedBy = (planned: Planned) => planned.refusal;

  it('into a held release, and says until when', () => {
    const held = { ...stable, state: { ...stable.state, holds: [hold] } };
    for (const request of [{}, { release: 'noble' }, { after: '1d' }]) {
      expect(refusedBy(plan(mirrorOf(good, held), request))).toMatchObject({
        name: 'Held',
        message: 'noble has been held in stable since 2026-11-27, until 2026-12-01 (freeze)',
        hint: 'unhold it first: maas-mirror unhold stable noble',
      });
    }
  });

  it('a newest version that is withdrawn', () => {
    const [product] = Object.values([...good.documents.values()][0]?.products ?? {});
    const mark = withdrawalOf('candidate', withdrawnPart(product ?? { versions: {} }, three, made('r3 g3')));
    const marked = { ...good, state: { ...good.state, withdrawals: [mark] } };
    expect(refusedBy(plan({ ...mirrorOf(marked, stable), withdrawn: [] }))).toMatchObject({
      name: 'Withdrawn',
      message: `noble ${three} is withdrawn since 2026-11-28 (NIC driver lost)`,
    });
  });

  it('a version that was not boot-tested', () => {
    expect(refusedBy(plan(mirrorOf(withVersions(good, { gate: 'waived' }), stable)))).toMatchObject({
      name: 'NotBooted',
      message: `noble amd64 ga-24.04 ${three} was not boot-tested (waived)`,
      hint: 'promote a tested version, or give --waive-boot-test REASON',
    });
  });

  it('a version that failed a check, in either view, with its link', () => {
    const failed = withLedger(good, 'r3 g3', [result('lab', false, { link: 'https://lab/412' })]);
    expect(refusedBy(plan(mirrorOf(failed, stable)))).toMatchObject({
      name: 'NotAttested',
      message: `noble ${three} failed lab (https://lab/412)`,
    });
  });

  it('a version without a result of a required check', () => {
    expect(refusedBy(plan(mirrorOf(good, stable), { require: ['lab'] }))).toMatchObject({
      name: 'NotAttested',
      message: `noble ${three} has no result of lab yet`,
      hint: `give one: maas-mirror attest candidate noble ${three} --check lab --pass`,
    });
  });

  it('a flavour that would leave its sisters with another root', () => {
    expect(refusedBy(plan(mirrorOf(good, stable), { release: 'noble', flavours: ['ga'] }))).toMatchObject({
      name: 'ContractBroken',
      message: `stable also offers ${hwe}, which would keep another root than noble ${three}`,
      hint: 'promote them together; what candidate no longer has, remove from stable first: maas-mirror remove',
    });
  });

  it.each([
    [
      'a built view',
      { ...stable, state: emptyState('stable') },
      'stable is built from its recipe; it cannot be filled by promotion',
      'promote into another view; the first promotion creates it',
    ],
    [
      'a view that an older release built',
      { ...stable, state: { ...emptyState('stable'), upgraded: true } },
      'stable was built by an older release; it cannot be filled by promotion',
      'to fill it by promotion from now on, instead of building it, first run: maas-mirror view set stable --by-hand',
    ],
    [
      'a selected view',
      { ...stable, state: { ...stable.state, kind: 'selected' as const, source: { select: [{ from: 'beta' }] } } },
      'stable follows beta; it cannot be filled by promotion',
      'promote into what it follows, or point it elsewhere: maas-mirror view set stable --from VIEW',
    ],
  ])('into %s', (_, target, message, hint) => {
    expect(() => plan(mirrorOf(good, target))).toThrow(
      expect.objectContaining({ name: 'BadInput', message, hint, misuse: true }),
    );
  });

  it('into itself, from a view that is not there, and what the view does not have', () => {
    expect(() => plan(mirrorOf(good), { to: 'candidate' })).toThrow(
      expect.objectContaining({
        ...{ name: 'BadInput', message: 'candidate cannot be promoted into itself' },
        hint: 'name the view to fill, such as stable, after the one that it is filled from',
      }),
    );
    expect(() => plan(mirrorOf(stable))).toThrow(expect.objectContaining({ name: 'NoSuchView' }));
    expect(() => plan(mirrorOf(good), { release: 'jammy' })).toThrow(
      expect.objectContaining({ name: 'NoSuchVersion' }),
    );
  });
});
