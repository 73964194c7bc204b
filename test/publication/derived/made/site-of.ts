import type { Signer } from '../../../../lib/simplestreams/openpgp/signer';
import { fetchFrom } from '../../../maas-model/reading/store-fetch';
import { StreamReader } from '../../../maas-model/reading/stream-reader';
import type { Site, SiteOptions } from '../../../maas-model/site';
import type { MadeViews } from './made-views';

/** A site that reads a view, and what it deploys: the words of the kernel, of every root, and of the bootloader. */
export function siteOf(
  make: (options: SiteOptions) => Site,
  view: string,
  { press: { mirror }, wordOf }: MadeViews,
  { keyring }: Signer,
): { readonly site: Site; readonly seen: () => string } {
  const site = make({ reader: new StreamReader({ fetch: fetchFrom(mirror, 'http://mirror'), keyring }) });
  const machine = { os: 'ubuntu', release: 'noble', arch: 'amd64', kernel: 'hwe-24.04' };
  site.select(site.addSource(`http://mirror/${view}`), machine.os, machine.release, machine.arch);
  const seen = () => {
    const deployed = site.deploy(machine);
    const words = 'kernel' in deployed ? [deployed.kernel, ...deployed.roots].map(wordOf) : [deployed.impossible];
    return [...words, ...[...site.loaders().values()].map(wordOf)].join(' ');
  };
  return { site, seen };
}
