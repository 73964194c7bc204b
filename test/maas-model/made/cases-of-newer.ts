import type { Site } from '../site';
import { hwe, publishImages } from './made-images';
import {
  beginning,
  flavour,
  following,
  type Given,
  having,
  idsOf,
  loaderOf,
  type RuleCases,
  rootsOf,
  rule,
  versionOf,
  versionsOf,
} from './rule-case';

/** Cases of rules that only 3.7 and later has. */
export const newerCases: RuleCases = {
  M1: rule(['a', 'b'], ['b', 'b'], async (given) => {
    const site = await having(given);
    await site.advance(54);
    await publishImages(given.stream, { flavours: { 'ga-24.04': flavour('b') } });
    await site.advance(10);
    const after10 = versionOf(site);
    await site.advance(60);
    return [after10, versionOf(site)];
  }),
  M3: rule('a', 'b', async (given) => {
    const flavours = { 'ga-24.04': flavour('b'), 'hwe-24.04': { versions: {} } };
    return versionOf(await following(await having(given), given, { flavours }));
  }),
  M6: rule(['amd64/ga-24.04', 'amd64/hwe-24.04', 'i386/generic'], ['amd64/ga-24.04'], async (given) => {
    const flavours = { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a') };
    const site = await having(given, { flavours, loaders: { 1: 'one' } });
    return site.resources.map(({ architecture }) => architecture).sort();
  }),
  M11: rule(['1', '2'], ['2'], async (given) => {
    const site = await having(given, { loaders: { 1: 'one' } });
    return versionsOf(await following(site, given, { loaders: { 2: 'two' } }), 'pxelinux/pxe');
  }),
  M13: rule('a', 'no such image', async (given) => {
    const site = await having(given, { flavours: { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a') } });
    return versionOf(await following(site, given), hwe);
  }),
  M14: rule({ outages: ['no complete set'], version: 'b' }, { outages: [], version: 'b' }, async (given) => {
    const site = await having(given, {}, 30);
    await takingSecond(site, given);
    return { outages: site.outages().map(({ why }) => why), version: versionOf(site) };
  }),
  M15: rule('no complete set', 'a', async (given) => {
    const site = await beginning(given, 4); // 300 bytes, 75 minutes
    await site.advance(200);
    return versionOf(site);
  }),
  M17: rule('a', 'b', async (given) => {
    const [loaders, loadersUpdated] = [{ 1: 'one' }, new Date('2026-11-19T08:00:00Z')];
    const site = await having(given, { loaders, loadersUpdated });
    return versionOf(await following(site, given, { loaders, loadersUpdated }));
  }),
  M18: rule('a', 'b', async (given) => {
    const site = await having(given);
    const flavours = { 'ga-24.04': flavour('b'), 'hwe-24.04': flavour('b') };
    await publishImages(given.stream, { flavours });
    given.stream.objects.delete('http://mirror/stable/noble/amd64/b/hwe-24.04/boot-kernel');
    await site.advance(130);
    return versionOf(site);
  }),
  M19: rule('b', 'a', async (given) => {
    const site = await having(given);
    await takingSecond(site, given);
    return versionOf(site);
  }),
  M20: rule(false, true, async (given) => {
    const site = await having(given);
    const before = idsOf(site);
    const relabelled = flavour('a', { fields: { label: 'lab' } });
    return String(idsOf(await following(site, given, { flavours: { 'ga-24.04': relabelled } }))) === String(before);
  }),
  M21: rule(1, 2, async (given) => {
    const flavoursWith = (words: string, subarches: string) => ({
      'ga-24.04': flavour(words),
      'hwe-24.04': flavour(words, { root: 'another', fields: { subarches } }),
    });
    const site = await having(given, { flavours: flavoursWith('a', 'hwe-24.04') });
    return rootsOf(await following(site, given, { flavours: flavoursWith('b', 'ga-24.04,hwe-24.04') }));
  }),
  M24: rule('a', 'b', async (given) => {
    const flavours = { 'ga-24.04': flavour('b'), 'hwe-24.04': flavour('b', { items: { ftype: 'new' } }) };
    return versionOf(await following(await having(given), given, { flavours }));
  }),
  M25: rule('two', 'one', async (given) => {
    const site = await having(given, { loaders: { 1: 'one' } });
    await following(site, given, { loaders: { 2: 'two' } });
    return loaderOf(await following(site, given, { loaders: { 1: 'one' } }), ['one', 'two']);
  }),
};

/** Adds a source with another version for the same selection, and lets time pass. */
async function takingSecond(site: Site, { stream }: Given): Promise<void> {
  await publishImages(stream, { view: 'lab', flavours: { 'ga-24.04': flavour('b') } });
  site.select(site.addSource('http://mirror/lab'), 'ubuntu', 'noble', 'amd64');
  await site.advance(130);
}
