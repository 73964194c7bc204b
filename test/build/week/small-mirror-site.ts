import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { requestsFrom } from '../../../bin/request/requests-from';
import { startServer } from '../../../bin/serve/start-server';
import { kernelOf } from '../../../lib/catalog/kernels';
import { contentId, productId } from '../../../lib/catalog/products';
import { releaseOf } from '../../../lib/catalog/releases';
import { verifyClearsigned } from '../../../lib/machine/gpgv';
import { readStanding } from '../../../lib/publication/read-standing';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import type { Products } from '../../../lib/simplestreams/types';
import { checkForUpdates } from '../../../lib/stages/plan';
import { publish } from '../../../lib/stages/publish';
import type { Published } from '../../../lib/stages/updates/published';
import { newestName } from '../../../lib/stages/updates/updates';
import { openMirrorDirectory } from '../../../lib/store/open';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import type { Machine } from '../../maas-model/deployments';
import { StreamReader } from '../../maas-model/reading/stream-reader';
import type { Site } from '../../maas-model/site';
import { models } from '../../maas-model/sites';
import { smallPress } from '../../publication/made/small-press';
import { type Ended, maasMirror } from '../cli';
import { clockFrom } from './turned-clock';

const generic: Machine = { os: 'debian', release: 'bookworm', arch: 'amd64', kernel: 'generic' };
const cloud: Machine = { ...generic, kernel: 'generic-cloud' };

/** A night's build. */
interface Night {
  /** When it publishes. */
  readonly time: string;
  /** What the archive is at. */
  readonly archive: string;
  /** Version of the kernel packages; also what its files are called in {@link SmallMirrorSite.follow}. */
  readonly kernel: string;
}

export type SmallMirrorSite = Awaited<ReturnType<typeof smallMirrorSite>>;

/**
 * A mirror in a directory that is served, the archive that it is built from, sites of both kinds of MAAS that follow its views,
 * and an operator at the command line. What nights build is small; a nightly build that finds nothing to do is a real one.
 */
export async function smallMirrorSite() {
  const folder = temporaryFolder();
  const [root, keyFile, archived] = [join(folder, 'mirror'), join(folder, 'key.asc'), join(folder, 'archive')];
  const key = await makePrivateKey({ name: 'operator', at: new Date('2026-11-01'), rsaBits: 2048 });
  writeFileSync(keyFile, key, { mode: 0o600 });
  const signer = await openpgpSigner(key);
  const press = smallPress(signer, await openMirrorDirectory(root, { create: true }));
  mkdirSync(join(archived, 'dists/bookworm'), { recursive: true });
  const archive = await serveArchive(archived);
  const server = await startServer({ directory: root, listen: '127.0.0.1:0' });
  const url = server.url.replace(/\/$/, '');

  const order = { arch: 'amd64', kernel: 'generic,cloud', archive: archive.url };
  const known = new Map<string, string>();
  const sites = new Map<string, readonly Site[]>();
  const turnArchiveTo = (state: string) => writeFileSync(join(archived, 'dists/bookworm/InRelease'), state);

  return {
    root,
    url,
    /** Types a command that reads the mirror. */
    read: (...words: string[]): Promise<Ended> => maasMirror([...words, '--mirror', root]),
    /** Types a command that changes the mirror, at a time. */
    type: (time: string, ...words: string[]): Promise<Ended> => {
      const named = ['--mirror', root, '--key', keyFile, '--by', 'anna@ops1'];
      return maasMirror([...words, ...named], { env: clockFrom(time) });
    },
    /** A real nightly build, of which the sources are looked at first. */
    nightly: (time: string): Promise<Ended> => {
      const { arch, kernel } = order;
      const words = ['build', 'bookworm', '--arch', arch, '--kernel', kernel, '--archive', archive.url];
      return maasMirror([...words, '--mirror', root, '--key', keyFile, '--no-serve'], { env: clockFrom(time) });
    },
    /** Publishes what a build of the same order would make of what the archive is at. */
    build: async ({ time, archive: state, kernel }: Night): Promise<Published> => {
      turnArchiveTo(state);
      press.turnClockTo(time);
      const [request] = requestsFrom(['bookworm'], order, 'x86_64');
      if (request === undefined) throw new Error('nothing is ordered');
      const plan = await checkForUpdates(request, { mirror: press.mirror, scratch: temporaryFolder(), tools: '' });
      const recipe = plan.architectures[0]?.job.recipe ?? '';
      const kernels = ['generic', 'cloud'].map((name) => ({ kernel: name, version: kernel }));
      const serial = time.slice(0, 10).replaceAll('-', '');
      const { document } = await readStanding('candidate', contentId(releaseOf('bookworm'), 'candidate'), press);
      const newest = Object.fromEntries(kernels.map(({ kernel: name }) => [name, newestOf(document, name)]));
      const input = await press.prepare({ serial, kernels, recipe, newest, source: 'bootstrap', planned: state });
      known.set(input.fetched.result.squashfs.sha256, kernel);
      for (const one of input.kernels)
        if (one.outcome === 'built') known.set(one.extracted.result.kernel.sha256, kernel);
      return publish(input, press);
    },
    /** Sites of both kinds of MAAS, which have nothing yet, begin to follow a view. */
    watch: (view: string) => {
      const fresh = models.map(([, make]) => siteOf(make, `${url}/${view}`, signer.keyring));
      sites.set(view, [...(sites.get(view) ?? []), ...fresh]);
    },
    /**
     * After a step: `verify` finds nothing wrong, gpgv takes every view's index, and all sites have followed without a minute in
     * which they could not deploy. @returns what machines get by view, as `kernel/root`, equal for both kinds
     */
    follow: async (): Promise<Record<string, string>> => {
      expect(await maasMirror(['verify', root])).toMatchObject({ code: 0 });
      const got: Record<string, string> = {};
      for (const [view, some] of sites) {
        await verifyClearsigned(join(root, view, 'streams/v1/index.sjson'), join(root, 'keyring.gpg'));
        for (const site of some) await site.advance(260);
        expect([view, some.flatMap((site) => [...site.faults, ...site.outages()])]).toEqual([view, []]);
        const words = some.flatMap((site) => [generic, cloud].map((machine) => saidOf(site, machine, known)));
        got[view] = [...new Set(words)].join(', ');
      }
      return got;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await archive.close();
    },
  };
}

const newestOf = (document: Products | undefined, kernel: string) =>
  newestName(document?.products[productId(kernelOf('bookworm', 'amd64', kernel), 'candidate')]);

function siteOf(make: (typeof models)[number][1], url: string, keyring: Buffer): Site {
  const site = make({ reader: new StreamReader({ fetch: overHttp, keyring }) });
  site.select(site.addSource(url), generic.os, generic.release, generic.arch);
  return site;
}

async function overHttp(url: string): Promise<Buffer | undefined> {
  const response = await fetch(url);
  return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
}

function saidOf(site: Site, machine: Machine, known: ReadonlyMap<string, string>): string {
  const deployed = site.deploy(machine);
  if ('impossible' in deployed) return deployed.impossible;
  return `${known.get(deployed.kernel)}/${[...deployed.roots].map((root) => known.get(root)).join('+')}`;
}
