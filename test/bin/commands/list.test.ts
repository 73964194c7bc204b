import { beforeAll, expect, test } from 'vitest';
import { runList } from '../../../bin/commands/reading/list';
import { listLines } from '../../../bin/reading/list-text';
import { listViews } from '../../../lib/operations/list';
import { emptyState } from '../../../lib/publication/state/state-document';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { publishBootloaders } from '../../../lib/stages/publish-bootloaders';
import { openMirrorDirectory } from '../../../lib/store/open';
import { makeBuiltLoaders } from '../../fixtures/mirrors/built-loaders';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import { keptTerminal } from '../terminal/kept-terminal';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

test('prints what each view offers as newest, with its size, in which shared files count once', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer, versions: ['20261119', '20261120'] });
  const terminal = keptTerminal();

  expect(await runList({ mirror }, terminal, { now: new Date('2026-07-11T23:59:59Z') })).toBe(0);
  expect(terminal.outLines).toEqual([
    expect.stringMatching(/^candidate, 1 release, 0\.1 MB {2,}\S+$/),
    'bookworm amd64',
    '  FLAVOUR        VERSION   SERIAL    BUILT  BOOT    MARKS',
    '  generic        20261120  20261120  -      passed  newest',
    '  generic-cloud  20261120  20261120  -      passed  newest',
  ]);
});

test('prints with --all every version, with kernels and sizes', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });
  const terminal = keptTerminal();

  await runList({ mirror, all: true }, terminal, { now: new Date('2026-07-11T23:59:59Z') });
  expect(terminal.outLines).toEqual([
    'VIEW       RELEASE   ARCH   FLAVOUR        VERSION   SERIAL    BUILT  BOOT    KERNEL VERSION  KERNEL  INITRD  SQUASHFS  MARKS',
    'candidate  bookworm  amd64  generic        20261120  20261120  -      passed  6.1.153-1       0.0 MB  0.0 MB    0.0 MB  newest',
    'candidate  bookworm  amd64  generic-cloud  20261120  20261120  -      passed  6.1.153-1       0.0 MB  0.0 MB    0.0 MB  newest',
    '',
    '1 view, 2 versions, 0.1 MB in all',
  ]);
});

test.each([
  ['2026-12-10', undefined, ['  held since 2026-11-27: 0 pending']],
  ['2026-12-17', '2027-01-01T00:00:00Z', ['  held since 2026-11-27 until 2027-01-01: 0 pending']],
  [
    ...(['2026-12-17', undefined] as const),
    [
      '  held since 2026-11-27: 0 pending',
      '  held for 20 days without an end: unhold it, or give it an end (hold --until)',
    ],
  ],
  [
    ...(['2027-01-01', '2027-01-01T00:00:00Z'] as const),
    [
      '  held since 2026-11-27 until 2027-01-01: 0 pending',
      '  it has ended: the next build, promotion or unhold lifts it',
    ],
  ],
])('reminds on %s of a hold until %s if it is long and has no end, or has ended', async (today, until, lines) => {
  const mirror = temporaryFolder();
  const store = await makeSmallMirror(mirror, { signer });
  const scope = { release: 'bookworm', architectures: [], flavours: [] };
  const hold = { id: '0c1d2e3f4a5b', since: '2026-11-27T00:00:00Z', ...scope, ...(until && { until }) };
  const [view] = await listViews(store, { views: ['candidate'] });
  const state = { ...emptyState('candidate'), holds: [hold] };
  const printed = listLines(view === undefined ? [] : [{ ...view, state }], mirror, new Date(today));

  expect(printed.filter((line) => /^ {2}(?:held|it has)/.test(line))).toEqual(lines);
});

test('prints bootloaders in a table of their own', async () => {
  const press = smallPress(signer);
  await press.publish({ kernels: [{ kernel: 'generic' }] });
  const made = await makeBuiltLoaders(press.work, { execution: 'run' });
  await publishBootloaders({ view: 'candidate', execution: 'run', inputs: '', ...made }, press);
  await press.mirror.create('format.json', Buffer.from('{"format":1,"tool":"cdk-maas-mirror"}'));
  const terminal = keptTerminal();

  await runList({ mirror: press.mirror.root }, terminal, { now: new Date('2026-07-12') });
  expect(terminal.outLines).toEqual([
    expect.stringMatching(/^candidate \(built\), 2 releases, 0\.0 MB /),
    'bookworm amd64',
    expect.stringMatching(/^ {2}FLAVOUR /),
    expect.stringMatching(/^ {2}generic /),
    'bootloaders',
    '  BOOTLOADER       FIRMWARE       ARCH     VERSION          MARKS',
    '  grub-efi         uefi           arm64    20261120.083000  newest',
    '  grub-efi-signed  uefi           amd64    20261120.083000  newest',
    '  grub-ieee1275    open-firmware  ppc64el  20261120.083000  newest',
    '  pxelinux         pxe            i386     20261120.083000  newest',
    '',
    'bookworm: support ended on 2026-07-11, extended support ends on 2028-06-30',
  ]);

  const all = keptTerminal();
  await runList({ mirror: press.mirror.root, all: true }, all, { now: new Date('2026-07-12') });
  expect(all.outLines).toContain(
    'candidate  pxelinux         pxe            i386     20261120.083000  0.0 MB  syslinux 3:6.04~git20190206.bf6db5b4+dfsg1-3ubuntu3 (noble)                             newest',
  );
});

test('prints JSON with sizes in bytes', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer, kernels: ['generic'] });
  const terminal = keptTerminal();

  expect(await runList({ mirror, json: true }, terminal, { now: new Date('2028-07-01') })).toBe(0);
  expect(JSON.parse(terminal.outLines.join('\n'))).toEqual([
    {
      view: 'candidate',
      product: 'com.debian.maas.candidate:v3:boot:12:amd64:generic',
      os: 'debian',
      release: 'bookworm',
      releaseVersion: '12',
      architecture: 'amd64',
      kernel: 'generic',
      flavour: 'generic',
      version: '20261120',
      ...{ serial: '20261120', built: '', state: 'offered', marks: ['newest'] },
      kernelVersion: '6.1.153-1',
      gate: 'passed',
      support: 'ended',
      sizes: { kernel: 5000, initrd: 5000, squashfs: 40_000 },
    },
  ]);
});

test('lists the view that is asked for', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer, view: 'stable' });
  await makeSmallMirror(mirror, { signer });
  const [option, word, short] = [keptTerminal(), keptTerminal(), keptTerminal()];

  await runList({ mirror, view: 'stable' }, option);
  await runList({ mirror, word: 'stable' }, word);
  await runList({ word: `${mirror}/stable` }, short);

  expect(option.outLines.filter((line) => line.startsWith('stable, '))).toHaveLength(1);
  expect(option.outLines.join('\n')).not.toContain('candidate');
  expect(word.outLines).toEqual(option.outLines);
  expect(short.outLines).toEqual(option.outLines);
});

test('says so where nothing is published', async () => {
  const mirror = temporaryFolder();
  await openMirrorDirectory(mirror, { create: true });
  const [people, programs] = [keptTerminal(), keptTerminal()];

  expect(await runList({ mirror }, people)).toBe(0);
  expect(await runList({ mirror, json: true }, programs)).toBe(0);
  expect(people.outLines).toEqual(['nothing has been published yet']);
  expect(programs.outLines).toEqual(['[]']);
});

test('refuses a view that is not there', async () => {
  const mirror = temporaryFolder();
  await makeSmallMirror(mirror, { signer });

  await expect(runList({ mirror, view: 'unstable' }, keptTerminal())).rejects.toMatchObject({
    name: 'BadInput',
    message: expect.stringContaining('has no view "unstable"; it has candidate'),
  });
});
