import { describe, expect, it } from 'vitest';
import type { Asked } from '../../../lib/operations/plans/asked';
import { planAttestation } from '../../../lib/operations/plans/attest-plan';
import { keptLedger } from '../../../lib/publication/state/kept-ledger';
import { contentDigest } from '../../../lib/publication/state/product-key';
import { emptyShelf, fieldsOf, onShelf } from '../../../lib/publication/state/shelf';
import type { ViewContent } from '../../../lib/publication/state/view-content';
import { made, mirrorOf, newer as two, twoVersions as view, viewWith } from './made';

const at = new Date('2026-11-28T10:15:00Z');
const [ga, hwe] = ['ga-24.04', 'hwe-24.04'].map((name) => `ubuntu/noble/amd64/${name}/generic`);
const asked: Asked<'attest'> = {
  ...{ does: 'attest', view: 'candidate', release: 'noble', version: two, architectures: [], flavours: [] },
  ...{ check: 'hw-lab', passed: true, link: 'https://lab/412', by: 'lab@ci' },
};
const result = { check: 'hw-lab', passed: true, at: '2026-11-28T10:15:00Z', by: 'lab@ci', link: 'https://lab/412' };

const planned = (request: Partial<Asked<'attest'>> = {}, content = view, when = at) =>
  planAttestation({ ...asked, ...request }, mirrorOf(content), when);
const withResult = (content: ViewContent, ...[request]: [Partial<Asked<'attest'>>?]): ViewContent => {
  const { change } = planned(request, content).views[0] ?? {};
  return { ...content, ledger: keptLedger(content, { ...content, ...change }, at) };
};
const attestedIn = ({ ledger }: ViewContent) =>
  Object.values(ledger.products).flatMap(({ attested }) => Object.entries(attested));

describe('attest', () => {
  it('records the result for the content of each product that has the version', () => {
    const { views, remarks } = planned();
    const why = 'hw-lab passed';
    expect(views[0]?.lines).toEqual([
      { does: 'attest', product: ga, version: two, why },
      { does: 'attest', product: hwe, version: two, why },
    ]);
    expect(views[0]?.change?.note).toEqual({ what: 'attest', by: 'lab@ci' });
    expect(attestedIn(withResult(view))).toEqual([
      [contentDigest(made('r2 g2')), [{ ...result, view: 'candidate', version: two }]],
      [contentDigest(made('r2 h2')), [{ ...result, view: 'candidate', version: two }]],
    ]);
    // No result is another thing than a failed check, which blocks promotions.
    expect(remarks).toEqual([]);
  });

  it('says how the earlier result is recorded again, by the name of the version and with its scope', () => {
    const failed = withResult(view, { passed: false, link: 'https://lab/4?a=1&b=2' });
    const command = `maas-mirror attest candidate noble ${two} --check hw-lab --fail --link 'https://lab/4?a=1&b=2'`;
    expect(planned({ version: 'newest', release: '24.04' }, failed).remarks).toEqual([
      { about: 'undo', commands: [command] },
    ]);
    expect(planned({ architectures: ['amd64'], flavours: ['ga'] }, failed).remarks).toEqual([
      { about: 'undo', commands: [`${command} --arch amd64 --flavour ga`] },
    ]);
    const half = withResult(view, { passed: false, flavours: ['ga'] });
    expect(planned({}, half).remarks).toEqual([]);
  });

  it('of the newest version means that of each product, whatever their names, and so does the undo', () => {
    const later = '20261128.083000';
    const differ = viewWith('candidate', {
      'ga-24.04': { [two]: 'r2 g2' },
      'hwe-24.04': { [two]: 'r2 h2', [later]: 'r2 h3' },
    });
    const request = { version: 'newest' };
    expect(planned(request, differ).views[0]?.lines.map(({ product, version }) => [product, version])).toEqual([
      [hwe, later],
      [ga, two],
    ]);
    const failed = withResult(differ, { ...request, passed: false });
    const command = (name: string, flavour: string) =>
      `maas-mirror attest candidate noble ${name} --check hw-lab --fail --link https://lab/412 --arch amd64 --flavour ${flavour}`;
    expect(planned(request, failed).remarks).toEqual([
      { about: 'undo', commands: [command(later, 'hwe-24.04'), command(two, 'ga-24.04')] },
    ]);
  });

  it('replaces an earlier result of the same check, and keeps those of others', () => {
    const first = withResult(withResult(view), { check: 'boot', passed: false });
    const second = withResult(first, { passed: false });
    const results = attestedIn(second).map(([, some]) => some.map(({ check, passed }) => `${check} ${passed}`));
    expect(results).toEqual(Array(2).fill(['boot false', 'hw-lab false']));
  });

  it('says nothing new if it is asked again, also later', () => {
    expect(planned({}, withResult(view), new Date('2026-12-24T00:00:00Z'))).toEqual({
      views: [{ view: 'candidate', lines: [] }],
      remarks: [],
    });
  });

  it('also of a pending version', () => {
    const [[id, product] = ['', undefined]] = Object.entries([...view.documents.values()][0]?.products ?? {});
    const entry = { why: 'held', since: '2026-11-27T00:00:00Z', version: made('r9 g9') } as const;
    const place = { content_id: 'c', fields: product === undefined ? {} : fieldsOf(product) };
    const held = { ...view, shelf: onShelf(emptyShelf, id, place, '9', entry) };
    expect(attestedIn(withResult(held, { version: '9' })).map(([content]) => content)).toEqual([
      contentDigest(made('r9 g9')),
    ]);
  });

  it('refuses a version that the view does not have, and a snapshot', () => {
    expect(() => planned({ version: '1' })).toThrow(expect.objectContaining({ name: 'NoSuchVersion', misuse: true }));
    const frozen = { ...view, state: { ...view.state, kind: 'frozen' as const } };
    expect(() => planned({}, frozen)).toThrow(expect.objectContaining({ name: 'BadInput', misuse: true }));
  });
});
