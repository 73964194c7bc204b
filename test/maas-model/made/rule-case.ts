import type { Machine } from '../deployments';
import { sha256Of } from '../reading/stream-reader';
import type { RuleId } from '../rules';
import type { Site } from '../site';
import { type Flavour, ga, loaderName, type Published, publishImages } from './made-images';
import type { MadeStream } from './made-stream';

/** What a case is given: a stream, and a new site with the rules that it is to have. */
export interface Given {
  readonly stream: MadeStream;
  /** @param bytesPerMinute of its line; each file of a test has 100 */
  readonly site: (bytesPerMinute?: number) => Site;
}

/** What is seen of a site that has the rule, and of one that has all others. */
export interface RuleCase {
  readonly see: (given: Given) => Promise<unknown>;
  readonly withRule: unknown;
  readonly withoutRule: unknown;
}

export type RuleCases = Partial<Record<RuleId, RuleCase>>;

export const rule = (withRule: unknown, withoutRule: unknown, see: RuleCase['see']): RuleCase => ({
  ...{ see, withRule, withoutRule },
});

export const flavour = (words: string, more: Partial<Flavour> = {}): Flavour => ({
  versions: { [words]: words },
  ...more,
});

/** Publishes version a of one flavour, and more, and gives a site that will fetch it. */
export async function beginning(
  { stream, site: make }: Given,
  bytesPerMinute?: number,
  more: Partial<Published> = {},
): Promise<Site> {
  await publishImages(stream, { flavours: { 'ga-24.04': flavour('a') }, ...more });
  const site = make(bytesPerMinute);
  site.select(site.addSource('http://mirror/stable'), 'ubuntu', 'noble', 'amd64');
  return site;
}

/** The same, when the site has it. */
export async function having(given: Given, more: Partial<Published> = {}, bytesPerMinute?: number): Promise<Site> {
  const site = await beginning(given, bytesPerMinute, more);
  await site.advance(60);
  while (site.isBusy) await site.advance(1);
  return site;
}

/** Publishes another version instead, and lets the site follow. */
export async function following(site: Site, { stream }: Given, published: Partial<Published> = {}): Promise<Site> {
  await publishImages(stream, { flavours: { 'ga-24.04': flavour('b') }, ...published });
  await site.advance(130);
  return site;
}

/** The version that a machine would be deployed from. */
export function versionOf(site: Site, machine: Machine = ga): string {
  const deployed = site.deploy(machine);
  return 'impossible' in deployed ? deployed.impossible : deployed.version;
}

export const versionsOf = (site: Site, name: string) =>
  site.resources.filter((one) => one.name === name).flatMap(({ sets }) => sets.map(({ version }) => version));

export const idsOf = (site: Site) => site.resources.flatMap(({ sets }) => sets.map(({ id }) => id));

const digestOf = (words: string) => sha256Of(Buffer.from(words.padEnd(100, '.')));

export function rootsOf(site: Site): number {
  const deployed = site.deploy(ga);
  return 'impossible' in deployed ? 0 : deployed.roots.size;
}

export const timesFetched = ({ stream }: Given, end: string) =>
  stream.fetched.filter((url) => url.endsWith(end)).length;

/** What the loader that is unpacked is made of, if it is one of these. */
export const loaderOf = (site: Site, words: readonly string[]) =>
  words.find((one) => digestOf(one) === site.loaders().get(loaderName));
