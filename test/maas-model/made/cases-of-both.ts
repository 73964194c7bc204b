import { hwe, publishImages } from './made-images';
import {
  beginning,
  flavour,
  following,
  having,
  idsOf,
  type RuleCases,
  rootsOf,
  rule,
  timesFetched,
  versionOf,
  versionsOf,
} from './rule-case';

/** Cases of rules that both models have. */
export const sharedCases: RuleCases = {
  M2: rule('a', 'b', async (given) => {
    const more = { 'com.example:unsigned': { products: {}, unsigned: true } };
    return versionOf(await following(await having(given), given, { more }));
  }),
  M4: rule('20261101.9', '20261101.10', async (given) => {
    const versions = { '20261101.10': 'ten', '20261101.9': 'nine' };
    return versionOf(await having(given, { flavours: { 'ga-24.04': { versions } } }));
  }),
  M5: rule('no such image', 'a', async (given) => {
    const flavours = { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a', { kind: 'v4' }) };
    return versionOf(await having(given, { flavours }), hwe);
  }),
  M7: rule(true, false, async (given) => {
    const site = await having(given);
    const before = idsOf(site);
    return String(idsOf(await following(site, given, { flavours: { 'ga-24.04': flavour('a') } }))) === String(before);
  }),
  M8: rule({ hasOutage: true, version: 'a' }, { hasOutage: false, version: 'a' }, async (given) => {
    const site = await having(given, {}, 30);
    const changed = { versions: { a: 'other' } };
    await following(site, given, { flavours: { 'ga-24.04': changed } });
    return { hasOutage: site.outages().length > 0, version: versionOf(site) };
  }),
  M9: rule(1, 2, async (given) => {
    await having(given, { flavours: { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a') } });
    return timesFetched(given, '/squashfs');
  }),
  M10: rule(['b'], ['a', 'b'], async (given) =>
    versionsOf(await following(await having(given), given), 'ubuntu/noble'),
  ),
  M12: rule(2, 1, async (given) => {
    const flavours = { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a', { root: 'another' }) };
    return rootsOf(await having(given, { flavours }));
  }),
  M16: rule({ outages: 0, version: 'b' }, { outages: 1, version: 'b' }, async (given) => {
    const site = await having(given, {}, 30);
    await publishImages(given.stream, { view: 'lab', flavours: { 'ga-24.04': flavour('b') } });
    await site.updateSource(1, 'http://mirror/lab');
    await site.advance(130);
    return { outages: site.outages().length, version: versionOf(site) };
  }),
  M22: rule(1, 2, async (given) => {
    await following(await having(given), given, { flavours: { 'ga-24.04': flavour('b', { root: 'root a' }) } });
    return timesFetched(given, '/squashfs');
  }),
  M23: rule(['no complete set', true], ['a', false], async (given) => {
    const site = await beginning(given);
    given.stream.objects.set('http://mirror/stable/noble/amd64/a/ga-24.04/squashfs', Buffer.from('cut'));
    await site.advance(90);
    return [versionOf(site), site.isBusy];
  }),
};
