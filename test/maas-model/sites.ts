import type { Deployed, Impossible, Machine, Outage } from './deployments';
import { Maas } from './maas';
import { OlderMaas } from './older-maas';
import type { StreamReader } from './reading/stream-reader';
import type { Site, SiteOptions } from './site';

/** Both models, by what they are called in titles of tests. */
export const models: readonly (readonly [name: string, make: (options: SiteOptions) => Site])[] = [
  ['MAAS 3.7 and later', (options) => new Maas(options)],
  ['MAAS 3.6 and earlier', (options) => new OlderMaas(options)],
];

export interface StartOptions {
  readonly reader: StreamReader;
  /** Of the view. */
  readonly url: string;
  readonly selections: readonly Omit<Machine, 'kernel'>[];
  /** Such that a download takes some minutes, and less than an hour. */
  readonly bytesPerMinute: number;
  /** Publishes what the sites are to have, half or not at all, before something is done about it. */
  readonly publish: () => Promise<unknown>;
}

/** How an operation finds the sites of a view. */
export interface Starts {
  /** Has what was published. */
  readonly had: Site;
  /** Is fetching it. */
  readonly half: Site;
  /** Has what was there before, and has not heard of it. */
  readonly never: Site;
  /** Has nothing yet. */
  readonly fresh: Site;
}

/** Sites of one model, that have what a view has now, and then publishes more. */
export async function startsOf(make: (options: SiteOptions) => Site, options: StartOptions): Promise<Starts> {
  const [had, half, never, fresh] = [
    siteOf(make, options),
    siteOf(make, options),
    siteOf(make, options),
    siteOf(make, options),
  ];
  for (const site of [had, half, never]) await untilIdle(site, 60);
  await options.publish();
  await untilIdle(had, 130);
  for (let passed = 0; passed < 130 && !half.isBusy; passed++) await half.advance(1);
  await half.advance(1);
  if (!half.isBusy) throw new Error(`${options.bytesPerMinute} bytes a minute are too fast for half of a download`);
  return { had, half, never, fresh };
}

/** A site that has nothing yet. */
export function siteOf(
  make: (options: SiteOptions) => Site,
  { reader, url, selections, bytesPerMinute }: Omit<StartOptions, 'publish'>,
): Site {
  const site = make({ reader, bytesPerMinute });
  const source = site.addSource(url);
  for (const { os, release, arch } of selections) site.select(source, os, release, arch);
  return site;
}

/** What machines get from a site at some time after an operation, in the order of the machines. */
export interface Moment {
  readonly deployed: readonly (Deployed | Impossible)[];
  /** See `Site.loaders`. */
  readonly loaders: ReadonlyMap<string, string>;
}

export interface Followed {
  readonly at: Readonly<Record<'now' | 'after10' | 'after70' | 'downloaded' | 'settled', Moment>>;
  /** From the operation on. */
  readonly outages: readonly Outage[];
}

/**
 * Watches a site after an operation: at once, after 10 and 70 minutes, when it has downloaded what it then began to download, and
 * another two hours and a download later, when nothing changes any more.
 */
export async function follow(site: Site, machines: readonly Machine[]): Promise<Followed> {
  const since = site.minute;
  const look = (): Moment => ({
    deployed: machines.map((machine) => site.deploy(machine)),
    loaders: new Map(site.loaders()),
  });
  const now = look();
  await site.advance(10);
  const after10 = look();
  await site.advance(60);
  const after70 = look();
  await untilIdle(site, 0);
  const downloaded = look();
  await untilIdle(site, 130);
  const outages = site.outages().filter(({ to }) => to > since);
  return { at: { now, after10, after70, downloaded, settled: look() }, outages };
}

async function untilIdle(site: Site, atLeast: number): Promise<void> {
  await site.advance(atLeast);
  const since = site.minute;
  while (site.isBusy) {
    await site.advance(1);
    if (site.minute - since > 24 * 60) throw new Error('the download does not end within a day');
  }
}
