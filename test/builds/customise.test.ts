import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manifestOf } from '../../lib/machine/dpkg/manifest';
import { run } from '../../lib/machine/run';
import { makeSquashfs, passingCompression } from '../../lib/machine/tree/squashfs';
import { maasMirror } from '../build/cli';
import { fileOf, inRoot, newestAt, textInInitrd, versionsAt } from '../build/published';
import { upgradeInProcess } from '../build/ubuntu/in-process';
import { type UbuntuSite, ubuntuSite } from '../build/ubuntu/ubuntu-site';
import { type LookAlike, lookAlike, serveArchive } from '../fixtures/images/look-alike';
import { type Launchpad, servePpas } from '../fixtures/images/look-alike/launchpad';
import { cloudInit, cloudInitVersions, motdVersions } from '../fixtures/images/look-alike/packages';
import { makePpa, type PpaOptions } from '../fixtures/images/look-alike/ppa';
import { offeredOfDebian } from '../fixtures/images/look-alike/server/debian-packages';
import { leftByHooks } from '../fixtures/images/look-alike/server/packages';
import { temporaryFolder } from '../fixtures/temporary-folder';

let noble: LookAlike;
let jammy: LookAlike;
beforeAll(async () => {
  [noble, jammy] = [await lookAlike('noble'), await lookAlike('jammy')];
});

const newer = '25.1-0ubuntu1~ppa1';
const ga = (site: UbuntuSite) => ({ mirror: site.mirror, release: site.archive.release, kernel: 'ga' });

/** A PPA with a cloud-init that is newer than the archive's. */
async function servedPpa(options: Partial<PpaOptions> = {}): Promise<Launchpad> {
  const packages = [await cloudInit(newer)];
  return servePpas(
    await makePpa(temporaryFolder(), {
      owner: 'cloud-init-dev',
      name: 'daily',
      release: 'noble',
      packages,
      ...options,
    }),
  );
}

const ppaWords = (launchpad: Launchpad) => [
  ...['--ppa', 'cloud-init-dev/daily', '--ppas', launchpad.url, '--launchpad', launchpad.api],
];

const ppaRequest = ({ url: ppas, api: launchpad }: Launchpad) => ({
  customise: { repositories: ['ppa:cloud-init-dev/daily'] },
  sources: { ppas, launchpad },
});

async function build(site: UbuntuSite, ...words: string[]) {
  const built = await maasMirror(site.words('--kernel', 'ga', ...words), { env: site.env });
  expect(`${built.code}\n${built.code === 0 ? '' : built.err}`).toBe('0\n');
  return built;
}

describe('a customised image', () => {
  it('has the package of the PPA, in root, manifest and initramfs, boots, and keeps nothing of how it came there', async () => {
    await using site = await ubuntuSite(noble);
    await using launchpad = await servedPpa();
    const { out } = await build(site, ...ppaWords(launchpad));

    expect(out).toMatch(/published version \d{8}\.\d{6}$/m);
    const version = await newestAt(ga(site));
    expect(version.gate).toBe('passed');
    const squashfs = fileOf(site, version, 'squashfs');
    const manifest = readFileSync(fileOf(site, version, 'manifest'), 'utf8');
    expect(manifest).toContain(`cloud-init\t${newer}\n`);
    expect(await textInInitrd(fileOf(site, version, 'boot-initrd'), 'usr/lib/cloud-init/version')).toBe(newer);

    await inRoot(squashfs, async (root) => {
      expect(manifest).toBe(manifestOf(root));
      expect(textIn(root, 'usr/lib/cloud-init/version')).toBe(`${newer}\n`);
      expect(textIn(root, 'etc/default/motd-news')).toBe('ENABLED=0\n');
      // What MAAS wants of an image that is packed anew, and the base does not have.
      expect(textIn(root, 'etc/overlayroot.local.conf')).toBe('overlayroot_cfgdisk=disabled\noverlayroot=tmpfs\n');
      expect(existsSync(join(root, 'etc/rescuevol-ignore'))).toBe(false);
      expect(existsSync(join(root, 'etc/network/interfaces'))).toBe(false);
      await expectAsItCame(root);
    });
    const provenance = JSON.parse(readFileSync(join(site.mirror, 'pool', version.provenance ?? ''), 'utf8'));
    expect(provenance.predicate.buildDefinition.externalParameters.customise.repositories).toEqual([
      'ppa:cloud-init-dev/daily',
    ]);
    expect(provenance.predicate.buildDefinition.resolvedDependencies).toContainEqual({
      name: 'changed package',
      uri: `pkg:deb/ubuntu/cloud-init@${newer}?arch=amd64`,
      annotations: { before: cloudInitVersions.updates },
    });
  });

  it('is the same, byte for byte, when it is made again, though its packages make keys and names of machines', async () => {
    await using site = await ubuntuSite(noble);
    await using launchpad = await servedPpa();
    const digests: unknown[] = [];
    for (const more of [[], ['--rebuild']]) {
      const packages = offeredOfDebian.flatMap((name) => ['--package', name]);
      const { err } = await build(site, '--no-boot-test', ...ppaWords(launchpad), ...packages, ...more);
      const { items } = await newestAt(ga(site));
      digests.push(Object.entries(items).map(([name, { sha256 }]) => `${name} ${sha256}`));
      expect(err).toMatch(
        /warning: .*ssl-cert-snakeoil\.key.* of ssl-cert from the image; nothing recreates it at boot/,
      );
      expect(err).not.toMatch(/warning: .*nvme/);
    }

    expect(digests[0]).toEqual(digests[1]);
    expect(await versionsAt(ga(site))).toHaveLength(2);
    const version = await newestAt(ga(site));
    const made = [
      { path: '/etc/nvme/hostid', what: 'identity', of: 'nvme-cli' },
      { path: '/etc/nvme/hostnqn', what: 'identity', of: 'nvme-cli' },
      { path: '/etc/ssl/certs/ssl-cert-snakeoil.pem', what: 'identity', of: 'ssl-cert' },
      { path: '/etc/ssl/private/ssl-cert-snakeoil.key', what: 'private key', of: 'ssl-cert' },
    ];
    const provenance = JSON.parse(readFileSync(join(site.mirror, 'pool', version.provenance ?? ''), 'utf8'));
    expect(provenance.predicate.buildDefinition.internalParameters.removed).toEqual(made);
    await inRoot(fileOf(site, version, 'squashfs'), async (root) => {
      for (const { path } of made) expect(existsSync(join(root, path)), path).toBe(false);
      expect(readdirSync(join(root, 'etc/ssl/certs')).filter((name) => name.endsWith('.0'))).toEqual([]);
    });
  });

  it.each([
    'noble',
    'jammy',
  ] as const)('of %s takes the named package of -proposed and nothing else', async (release) => {
    const manifest = await manifestWith(release === 'noble' ? noble : jammy, { proposed: ['cloud-init'] });

    expect(manifest).toContain(`cloud-init\t${cloudInitVersions.proposed}\n`);
    expect(manifest).toContain(`motd-news-config\t${motdVersions.release}\n`);
  });

  it.each(['noble', 'jammy'] as const)('of %s takes all of -proposed where that is wanted', async (release) => {
    const manifest = await manifestWith(release === 'noble' ? noble : jammy, { allProposed: true });

    expect(manifest).toContain(`cloud-init\t${cloudInitVersions.proposed}\n`);
    expect(manifest).toContain(`motd-news-config\t${motdVersions.proposed}\n`);
  });

  it('has a purged package again, as the archive has it and with its own settings, packed as it was asked for', async () => {
    await using archive = await serveArchive(noble.archive);
    const customise = { purge: ['motd-news-config'], packages: ['cryptsetup-initramfs'] };
    const made = await upgradeInProcess(noble, archive.url, { customise, compression: 'lz4' });

    await inRoot(made.squashfs, async (root) => {
      const manifest = manifestOf(root);
      expect(manifest).toBe(readFileSync(made.manifest, 'utf8'));
      expect(manifest).toContain(`motd-news-config\t${motdVersions.release}\n`);
      expect(textIn(root, 'etc/default/motd-news')).toBe('ENABLED=1\n');
      expect(manifest).toMatch(/^cryptsetup-initramfs\t/m);
      expect(manifest).toContain(`cloud-init\t${cloudInitVersions.updates}\n`);
    });
    // Nobody but the purge could have changed it: dpkg keeps a setting that is not as it was packaged.
    await inRoot(noble.squashfs, async (base) => {
      expect(textIn(base, 'etc/default/motd-news')).toBe('ENABLED=0\n');
    });
    expect(readFileSync(made.squashfs).readUInt16LE(20)).toBe(5); // lz4, in the superblock
  });

  /** What is installed in an image that the upgrade stage has changed. */
  async function manifestWith(look: LookAlike, customise: object): Promise<string> {
    await using archive = await serveArchive(look.archive);
    return readFileSync((await upgradeInProcess(look, archive.url, { customise, ...quick })).manifest, 'utf8');
  }
});

/** Of a squashfs that nobody looks into. */
const quick = { compression: 'lz4' };

describe('a customisation that cannot be', () => {
  it.each([
    [
      'a package that no repository has',
      {},
      ['--package', 'no-such-thing'],
      /Upgrade amd64 failed: .*no-such-thing/,
      1,
    ],
    [
      'a PPA that is being updated',
      { fault: 'no indexes' },
      [],
      /Upgrade amd64 failed: the package archive is being updated/,
      3,
    ],
  ] as const)('refuses %s, with nothing published', async (_, ppa, more, message, exitCode) => {
    await using site = await ubuntuSite(noble);
    await using launchpad = await servedPpa(ppa);
    const words = site.words('--kernel', 'ga', '--no-boot-test', ...ppaWords(launchpad), ...more);
    const { code, err } = await maasMirror(words, { env: site.env });

    expect(err).toMatch(message);
    expect({ code, published: existsSync(join(site.mirror, 'candidate/streams')) }).toEqual({
      code: exitCode,
      published: false,
    });
  });

  // What comes of it is the same for all of them: the stage fails by this name, as one of each kind does above.
  it.each([
    ['a PPA without a key yet', { keyAnswer: 'null' }, 'NotReady', /^ppa:cloud-init-dev\/daily has no signing key yet/],
    [
      'a PPA whose key is another than Launchpad says',
      { keyAnswer: 'another key' },
      'BadSignature',
      /^the key of ppa:cloud-init-dev\/daily is [0-9A-F]{40}, but Launchpad names/,
    ],
    ['a private PPA', { keyAnswer: 'unauthorized' }, 'BadInput', /^ppa:cloud-init-dev\/daily is private or disabled/],
    [
      'a PPA that is signed by another key',
      { fault: 'signed by another key' },
      'BadSignature',
      /^the package archive is not signed by a trusted key/,
    ],
    ['a PPA that nobody signed', { fault: 'unsigned' }, 'BadSignature', /^the package archive is not signed/],
    [
      'a PPA whose state has expired',
      { fault: 'expired' },
      'NotReady',
      /^the package archive is out of date: .*expired/,
    ],
    [
      'a PPA that Launchpad does not know',
      { name: 'other' },
      'BadInput',
      /^Launchpad has no ppa:cloud-init-dev\/daily/,
    ],
  ] as const)('refuses %s', async (_, ppa, name, message) => {
    await using archive = await serveArchive(noble.archive);
    await using launchpad = await servedPpa(ppa as Partial<PpaOptions>);
    const upgrading = upgradeInProcess(noble, archive.url, { ...ppaRequest(launchpad), ...quick });

    await expect(upgrading).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

describe('an image that keeps packages back', () => {
  /** The image with settings of its own, as sites have them: one package is on hold, another one is pinned. */
  async function heldBase(): Promise<string> {
    const [tree, base] = [join(temporaryFolder(), 'tree'), join(temporaryFolder(), 'base.squashfs')];
    await run(['unsquashfs', '-quiet', '-no-progress', '-dest', tree, noble.squashfs], { quiet: true });
    const status = join(tree, 'var/lib/dpkg/status');
    const hold = (name: string, text: string) =>
      text.replace(`Package: ${name}\nStatus: install `, `Package: ${name}\nStatus: hold `);
    writeFileSync(status, hold('cloud-init', readFileSync(status, 'utf8')));
    const pin = `Package: motd-news-config\nPin: version ${motdVersions.release}\nPin-Priority: 1001\n`;
    writeFileSync(join(tree, 'etc/apt/preferences.d/freeze'), pin);
    writeFileSync(join(tree, 'etc/apt/apt.conf'), 'APT::Default-Release "sid";\n');
    await makeSquashfs(tree, base, { compression: passingCompression, epoch: 1_732_060_800 });
    return base;
  }

  it('refuses what a request did not get, and names the hold or the pin', async () => {
    await using archive = await serveArchive(noble.archive);
    await using launchpad = await servedPpa();
    const base = await heldBase();
    const refusal = (request: { readonly customise: object }) =>
      expect(upgradeInProcess(noble, archive.url, { ...request, ...quick }, base)).rejects;

    await refusal(ppaRequest(launchpad)).toMatchObject({
      name: 'KeptBack',
      message: expect.stringMatching(
        `^cloud-init stays at ${cloudInitVersions.updates}, although ${newer} was requested: it is on hold`,
      ),
    });
    await refusal({ customise: { proposed: ['motd-news-config'] } }).toMatchObject({
      name: 'KeptBack',
      message: expect.stringMatching(
        `^motd-news-config stays at ${motdVersions.release}, although ${motdVersions.proposed} was requested: the image’s own apt preferences`,
      ),
    });
  });
});

/** What is no package is as in the image that the root was made from. */
async function expectAsItCame(root: string): Promise<void> {
  await inRoot(noble.squashfs, async (base) => {
    expect(existsSync(join(base, 'etc/overlayroot.local.conf'))).toBe(false);
    for (const folder of [
      'etc/apt',
      'usr/share/keyrings',
      'var/lib/apt/lists',
      'var/cache/apt',
      'var/log',
      'tmp',
      'root',
      'etc/ssh',
    ]) {
      expect(listing(root, folder), folder).toEqual(listing(base, folder));
    }
    for (const file of ['etc/machine-id', 'etc/resolv.conf', 'usr/bin/systemd-detect-virt']) {
      expect(await run(['stat', '--format', '%F %s %a', join(root, file)], { quiet: true }), file).toBe(
        await run(['stat', '--format', '%F %s %a', join(base, file)], { quiet: true }),
      );
    }
  });
  for (const gone of [
    ...leftByHooks,
    'usr/sbin/policy-rc.d',
    'usr/bin/systemd-detect-virt.real',
    'usr/bin/qemu-x86_64-static',
    'boot/vmlinuz',
  ]) {
    expect(existsSync(join(root, gone)), gone).toBe(false);
  }
  expect(readFileSync(join(root, 'var/lib/dpkg/diversions'), 'utf8')).not.toContain('.real');
  expect(existsSync(join(root, 'lib/modules'))).toBe(true);
  expect(await run(['getcap', join(root, 'usr/bin/ping')], { quiet: true })).toMatch(/cap_net_raw=ep/);
}

function textIn(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

function listing(root: string, folder: string): string[] {
  const names = existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true }).map(String).sort()
    : [];
  return names.map((name) => {
    const path = join(root, folder, name);
    return `${name} ${existsSync(path) && !readdirSafe(path) ? readFileSync(path).toString('latin1') : ''}`;
  });
}

function readdirSafe(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
