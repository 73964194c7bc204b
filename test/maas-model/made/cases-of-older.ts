import { ga, hwe, imageProducts, publishImages } from './made-images';
import { beginning, flavour, following, having, type RuleCases, rule, versionOf, versionsOf } from './rule-case';

/** Cases of rules that only 3.6 and earlier has. */
export const olderCases: RuleCases = {
  O1: rule('b', 'a', async (given) => {
    const site = await having(given);
    await site.advance(54);
    await publishImages(given.stream, { flavours: { 'ga-24.04': flavour('b') } });
    await site.advance(10);
    return versionOf(site);
  }),
  O2: rule(['no such image', 'a'], ['no such image', 'no such image'], async (given) => {
    const jammy = { 'ga-22.04': flavour('a') };
    const more = {
      'com.ubuntu.maas:jammy': { products: imageProducts(given.stream, { release: 'jammy', flavours: jammy }) },
    };
    const site = await having(given, { flavours: { 'ga-24.04': flavour('a'), 'hwe-24.04': flavour('a') }, more });
    site.select(1, 'ubuntu', 'jammy', 'amd64');
    await site.advance(70);
    await following(site, given);
    return [versionOf(site, hwe), versionOf(site, { ...ga, release: 'jammy', kernel: 'ga-22.04' })];
  }),
  O3: rule('a', 'no such image', async (given) => {
    const site = await having(given);
    site.deselect(1);
    await site.advance(130);
    return versionOf(site);
  }),
  O4: rule(
    ['boot-initrd', 'boot-kernel', 'squashfs'],
    ['boot-initrd', 'boot-kernel', 'manifest', 'new', 'squashfs'],
    async (given) => {
      const site = await having(given, { flavours: { 'ga-24.04': flavour('a', { files: { new: 'new' } }) } });
      return site.resources.flatMap(({ sets }) => sets).flatMap(({ files }) => files.map(({ ftype }) => ftype));
    },
  ),
  O5: rule(['2'], ['1', '2'], async (given) => {
    const site = await having(given, { loaders: { 1: 'one' } });
    return versionsOf(await following(site, given, { loaders: { 2: 'two' } }), 'pxelinux/pxe');
  }),
  O6: rule('a', 'no complete set', async (given) => {
    const site = await beginning(given, 10); // 300 bytes, 30 minutes
    await site.advance(80);
    await site.importNow();
    await site.advance(15);
    return versionOf(site);
  }),
  O7: rule('a', 'no such image', async (given) => {
    const imageDocument = { fields: { arch: 'amd64', label: 'stable' } };
    const fields = { arch: undefined, label: undefined };
    return versionOf(await having(given, { flavours: { 'ga-24.04': flavour('a', { fields }) }, imageDocument }));
  }),
  O8: rule('a', 'no such image', async (given) => {
    const kernel = 'http://mirror/stable/noble/amd64/a/ga-24.04/boot-kernel';
    const site = await beginning(given);
    const bytes = given.stream.objects.get(kernel) ?? Buffer.of();
    given.stream.objects.delete(kernel);
    await site.advance(90);
    given.stream.objects.set(kernel, bytes);
    await site.advance(10);
    return versionOf(site);
  }),
};
