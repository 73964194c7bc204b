import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { maasMirror } from '../build/cli';
import { fileOf, inRoot, newestAt } from '../build/published';
import { type UbuntuSite, ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, lookAlike } from '../fixtures/images/look-alike';
import { servePpas } from '../fixtures/images/look-alike/launchpad';
import { cloudInit, motdNewsConfig } from '../fixtures/images/look-alike/packages';
import { makePpa, type Ppa } from '../fixtures/images/look-alike/ppa';
import { filesWith, sightingsOf } from '../fixtures/keys/secret-sightings';
import { startProxy } from '../fixtures/servers/forward-proxy';
import { serveArchive } from '../fixtures/servers/served-archive';
import { serveOverTls } from '../fixtures/servers/served-over-tls';
import { temporaryFolder } from '../fixtures/temporary-folder';

let noble: LookAlike;
beforeAll(async () => {
  noble = await lookAlike('noble');
});

const version = '25.1-0ubuntu1~ppa1';
const motdVersion = '14ubuntu1';

async function ppaOf(): Promise<Ppa> {
  const packages = [await cloudInit(version)];
  return makePpa(temporaryFolder(), { owner: 'o', name: 'n', release: 'noble', packages });
}

async function privatePpa(): Promise<Ppa> {
  return makePpa(temporaryFolder(), {
    owner: 'o',
    name: 'p',
    release: 'noble',
    packages: [motdNewsConfig(motdVersion)],
  });
}

function stanzaOf(address: string, { signer }: Ppa): string {
  const lines = signer.armouredKeyring.trimEnd().split('\n');
  const key = lines.map((line) => ` ${line || '.'}`).join('\n');
  return `Types: deb\nURIs: ${address}\nSuites: noble\nComponents: main\nSigned-By:\n${key}\n`;
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
function wordsWith(site: UbuntuSite, sources: Readonly<Record<string, string>>): string[] {
  const words = site.words('--kernel', 'ga', '--no-boot-test', '--compression', 'lz4', '--ppa', 'o/n');
  for (const [option, place] of Object.entries(sources)) {
    const at = words.indexOf(option);
    if (at < 0) words.push(option, place);
    else words[at + 1] = place;
  }
  return words;
}

describe('a build', () => {
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
    const sources = ['--stream', 'http://images.example', '--archive', 'http://archive.example'];
    const words = site.words('--kernel', 'ga', '--no-boot-test', ...sources);

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
    expect(refused.err).toMatch(/Prepare amd64 failed: .*[Cc]ertificate/);

    writeFileSync(join(site.folder, 'ca.pem'), archive.ca);
    const { code, err } = await maasMirror([...words, '--ca', join(site.folder, 'ca.pem')], { env: site.env });
    expect(`${code}\n${code === 0 ? '' : err}`).toBe('0\n');
  });

  it('takes the archive of the moment that it is told, and private repositories, whose passwords nobody sees', async () => {
    await using site = await ubuntuSite(noble);
    const work = `${site.mirror}.work`;
    const [typed, named] = ['hush-hush-42', 'psst-psst-43'];
    const seen: string[] = [];
    /** Looks for passwords while a build reaches for a repository. */
    const watched = (folder: string) => () => {
      // An address that was typed with a password stands in the order, which only root can read.
      seen.push(...sightingsOf(typed, []), ...sightingsOf(named, [work]));
      return folder;
    };
    const ppa = await ppaOf();
    await using repository = await serveArchive(watched(ppa.archive), { login: `robot:${typed}` });
    const other = await privatePpa();
    await using tls = await serveOverTls(watched(other.archive), { login: `robot:${named}` });
    const snapshots = join(site.folder, 'snapshots');
    mkdirSync(join(snapshots, 'ubuntu'), { recursive: true });
    symlinkSync(noble.archive, join(snapshots, 'ubuntu/20261120T000000Z'));
    await using snapshot = await serveArchive(snapshots, { login: `robot:${typed}` });
    const [open, closed] = [stanzaOf(repository.url.replace('//', `//robot:${typed}@`), ppa), stanzaOf(tls.url, other)];
    const secrets = join(site.folder, 'secrets');
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'other'), `robot:${named}\n`, { mode: 0o600 });
    writeFileSync(join(site.folder, 'ca.pem'), tls.ca);
    const place = (option: string) => site.words()[site.words().indexOf(option) + 1];
    const repositories = [open, { repository: closed, credentials: 'secrets/other' }];
    const config = {
      views: {
        candidate: {
          ...{ releases: ['noble'], architectures: ['amd64'], kernels: { required: ['ga'] } },
          ...{ bootTest: false, bootloaders: false, customise: { repositories } },
        },
      },
      sources: {
        ...{ stream: place('--stream'), streamKeyring: 'stream.gpg', ca: 'ca.pem' },
        ...{ snapshot: '20261120T000000Z', snapshots: snapshot.url.replace('//', `//robot:${typed}@`) },
      },
    };
    writeFileSync(join(site.folder, 'mirror.yaml'), JSON.stringify(config)); // which is YAML, too
    const words = ['build', '--config', join(site.folder, 'mirror.yaml'), '--mirror', site.mirror];

    const manifest = await manifestAfter(site, words);
    expect(manifest).toContain(`cloud-init\t${version}\n`);
    expect(manifest).toContain(`motd-news-config\t${motdVersion}\n`);
    expect(seen).toEqual([]);
    expect(tls.requests).toContainEqual(expect.stringMatching(/motd-news-config.*\.deb$/));
    await expectNowhere([typed, named], site);
    expect(filesWith(typed, [site.folder])).toEqual([join(site.folder, 'mirror.yaml')]); // it would be found
    expect(filesWith(named, [site.folder])).toEqual([join(secrets, 'other')]);
    const newest = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
    const provenance = readFileSync(join(site.mirror, 'pool', newest.provenance ?? ''), 'utf8');
    const said = JSON.parse(provenance).predicate.buildDefinition;
    expect(said.externalParameters.customise.repositories).toEqual([open.replace(`robot:${typed}@`, ''), closed]);
    const uris = said.resolvedDependencies.map(({ uri }: { uri: string }) => uri);
    for (const { url } of [repository, tls]) expect(uris).toContain(`${url.split('//')[1]}/dists/noble/InRelease`);
    expect(snapshot.requests).toContain('/ubuntu/20261120T000000Z/dists/noble-updates/InRelease');

    // A look at the sources reads the private ones, too, with their passwords.
    const again = await maasMirror(words, { env: site.env });
    expect(`${again.code} ${again.out}`).toMatch(/^0 .*up to date/);
    chmodSync(join(secrets, 'other'), 0o644);
    const exposed = await maasMirror(words, { env: site.env });
    expect(`${exposed.code} ${exposed.err}`).toMatch(/^1 error: the credentials file .*secrets\/other is readable/);
  });
});

/** In no file of mirror and work folder, its logs among them, nor in the published image. */
async function expectNowhere(secrets: readonly string[], site: UbuntuSite): Promise<void> {
  const work = `${site.mirror}.work`;
  expect(readdirSync(join(work, 'logs'), { recursive: true }).map(String)).toContainEqual(
    expect.stringMatching(/Upgrade-amd64\.log$/),
  );
  const newest = await newestAt({ mirror: site.mirror, release: 'noble', kernel: 'ga' });
  await inRoot(fileOf(site, newest, 'squashfs'), async (root) => {
    const folders = ['etc', 'var', 'usr/share/keyrings'].map((path) => join(root, path));
    for (const secret of secrets) expect(filesWith(secret, [site.mirror, work, ...folders])).toEqual([]);
  });
}
