import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../lib/machine/run';
import { startProxy } from '../fixtures/forward-proxy';
import { type LookAlike, lookAlike } from '../fixtures/look-alike';
import { servePpas } from '../fixtures/look-alike/launchpad';
import { cloudInit } from '../fixtures/look-alike/packages';
import { makePpa, type Ppa } from '../fixtures/look-alike/ppa';
import { serveArchive } from '../fixtures/served-archive';
import { serveOverTls } from '../fixtures/served-over-tls';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { maasMirror } from './cli';
import { fileOf, inRoot, newestAt } from './published';
import { type UbuntuSite, ubuntuSite } from './ubuntu-site';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
}, 300_000);

const version = '25.1-0ubuntu1~ppa1';
const password = 'hush-hush-42';

async function ppaOf(): Promise<Ppa> {
  const packages = [await cloudInit(version)];
  return makePpa(temporaryFolder(), { owner: 'o', name: 'n', release: 'noble', packages });
}

async function manifestAfter(
  site: UbuntuSite,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, err } = await maasMirror(words, { env: { ...site.env, ...env } });
  expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  return readFileSync(
    fileOf(site, await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' }), 'manifest'),
    'utf8',
  );
}

/** The words of an order with other places, no boot test. */
function wordsWith(site: UbuntuSite, places: Readonly<Record<string, string>>): string[] {
  const words = site.words('--kernel', 'ga', '--no-boot-test', '--ppa', 'o/n');
  for (const [option, place] of Object.entries(places)) {
    const at = words.indexOf(option);
    if (at < 0) words.push(option, place);
    else words[at + 1] = place;
  }
  return words;
}

describe('a build', { timeout: 300_000 }, () => {
  it('reaches stream, archive, PPA and Launchpad through the proxy that it is given', async () => {
    await using site = await ubuntuSite(noble);
    await using launchpad = await servePpas(await ppaOf());
    const port = (url: string) => new URL(url).port;
    const here = (option: string) => site.words()[site.words().indexOf(option) + 1] ?? '';
    const hosts = {
      'images.example': port(here('--stream')),
      'archive.example': port(here('--archive')),
      'launchpad.example': port(launchpad.url),
    };
    await using proxy = await startProxy({ hosts });
    const manifest = await manifestAfter(
      site,
      wordsWith(site, {
        ...{ '--stream': 'http://images.example', '--archive': 'http://archive.example' },
        ...{ '--ppas': 'http://launchpad.example', '--launchpad': 'http://launchpad.example' },
        '--proxy': proxy.address,
      }),
    );

    expect(manifest).toContain(`cloud-init\t${version}\n`);
    for (const asked of [
      'GET http://images.example/streams/v1/index.sjson',
      'GET http://archive.example/dists/noble/InRelease',
      'GET http://launchpad.example/o/n/ubuntu/dists/noble/InRelease',
      'GET http://launchpad.example/devel/~o/+archive/ubuntu/n',
    ]) {
      expect(proxy.requests).toContain(asked);
    }
  });

  it('goes through the proxy that only the environment names, apt in the image too', async () => {
    await using site = await ubuntuSite(noble);
    const place = (option: string) => site.words()[site.words().indexOf(option) + 1] ?? '';
    // Nobody but the proxy finds these: what went around it would fail.
    const hosts = {
      'images.example': new URL(place('--stream')).port,
      'archive.example': new URL(place('--archive')).port,
    };
    await using proxy = await startProxy({ hosts });
    const places = ['--stream', 'http://images.example', '--archive', 'http://archive.example'];
    const words = site.words('--kernel', 'ga', '--no-boot-test', ...places);

    await manifestAfter(site, words, { HTTP_PROXY: proxy.address.replace('http://', ''), no_proxy: 'other.example' });

    expect(proxy.requests).toContain('GET http://images.example/streams/v1/index.sjson');
    expect(proxy.requests.filter((asked) => /archive\.example\/pool\/.*linux-image-.*\.deb$/.test(asked))).not.toEqual(
      [],
    );
    expect(site.requests()).toHaveLength(proxy.requests.length);
  });

  it('believes an archive over https whose CA it is given, and no other', async () => {
    await using site = await ubuntuSite(noble);
    await using archive = await serveOverTls(noble.archive);
    const words = site.words('--kernel', 'ga', '--no-boot-test', '--archive', archive.url);
    const refused = await maasMirror(words, { env: site.env });
    expect(refused.err).toMatch(/Prepare amd64 failed: DownloadFailed: .*[Cc]ertificate/);

    writeFileSync(join(site.folder, 'ca.pem'), archive.ca);
    const { code, err } = await maasMirror([...words, '--ca', join(site.folder, 'ca.pem')], { env: site.env });
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  });

  it('takes the archive of the moment that it is told, and a repository by its stanza, whose password stays secret', async () => {
    await using site = await ubuntuSite(noble);
    const ppa = await ppaOf();
    await using repository = await serveArchive(ppa.archive, { login: `robot:${password}` });
    const snapshots = join(site.folder, 'snapshots');
    mkdirSync(join(snapshots, 'ubuntu'), { recursive: true });
    symlinkSync(noble.archive, join(snapshots, 'ubuntu/20261120T000000Z'));
    await using snapshot = await serveArchive(snapshots);
    const indented = (key: string) =>
      key
        .trimEnd()
        .split('\n')
        .map((line) => ` ${line || '.'}`)
        .join('\n');
    const address = repository.url.replace('//', `//robot:${password}@`);
    const stanza = `Types: deb\nURIs: ${address}\nSuites: noble\nComponents: main\nSigned-By:\n${indented(ppa.signer.armouredKeyring)}\n`;
    const place = (option: string) => site.words()[site.words().indexOf(option) + 1];
    const config = {
      views: {
        candidate: {
          ...{ releases: ['noble'], architectures: ['amd64'], kernels: { required: ['ga'] } },
          ...{ bootTest: false, bootloaders: false, customise: { repositories: [stanza] } },
        },
      },
      places: {
        ...{ stream: place('--stream'), streamKeyring: 'stream.gpg' },
        ...{ snapshot: '20261120T000000Z', snapshots: snapshot.url },
      },
    };
    writeFileSync(join(site.folder, 'mirror.yaml'), JSON.stringify(config)); // which is YAML, too
    const words = ['build', '--config', join(site.folder, 'mirror.yaml'), '--mirror', site.mirror];

    expect(await manifestAfter(site, words)).toContain(`cloud-init\t${version}\n`);
    await expectNowhere(password, site);
    const newest = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
    const provenance = readFileSync(join(site.mirror, 'pool', newest.provenance ?? ''), 'utf8');
    const said = JSON.parse(provenance).predicate.buildDefinition;
    expect(said.externalParameters.customise.repositories).toEqual([stanza.replace(`robot:${password}@`, '')]);
    const [host] = repository.url.split('//').slice(1);
    expect(said.resolvedDependencies.map(({ uri }: { uri: string }) => uri)).toContain(`${host}/dists/noble/InRelease`);
    expect(snapshot.requests).toContain('/ubuntu/20261120T000000Z/dists/noble-updates/InRelease');
  });
});

/** In no file of mirror and work folder, its logs among them, nor in the published image. */
async function expectNowhere(secret: string, site: UbuntuSite): Promise<void> {
  const filesWith = (...folders: string[]) =>
    run(['sh', '-c', 'grep -rlF "$@" || [ $? = 1 ]', 'grep', '-e', secret, ...folders], { quiet: true });
  const work = `${site.mirror}.work`;
  expect(readdirSync(join(work, 'logs'), { recursive: true }).map(String)).toContainEqual(
    expect.stringMatching(/Upgrade-amd64\.log$/),
  );
  expect(await filesWith(site.mirror, work)).toBe('');
  const newest = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
  await inRoot(fileOf(site, newest, 'squashfs'), async (root) => {
    expect(await filesWith(join(root, 'etc'), join(root, 'var'), join(root, 'usr/share/keyrings'))).toBe('');
  });
  // It would be found.
  expect(await filesWith(site.folder)).toBe(join(site.folder, 'mirror.yaml'));
}
