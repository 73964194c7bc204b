import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { Architecture, DebianRelease, KernelFlavour, type MaasMirrorProps, UbuntuRelease } from '../../../lib';
import { propsOfConfig } from '../../../lib/mirror/settings/props-of-config';
import { viewsOfProps } from '../../../lib/mirror/settings/requests';
import { settingsOf } from '../../../lib/mirror/settings/settings';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const refused = (name: string, message: RegExp, hint = /./) =>
  expect.objectContaining({
    name,
    misuse: true,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });

describe('a release at synth', () => {
  it('is named by its series, or by a version that is known', () => {
    expect(UbuntuRelease.of('questing')).toMatchObject({ name: 'questing', version: '25.10' });
    expect(UbuntuRelease.of('26.10')).toMatchObject({ name: 'stonking', version: '26.10' });
    expect(DebianRelease.of('12').name).toBe('bookworm');
  });

  it('may be one that is not known, with its version', () => {
    expect(UbuntuRelease.of('zany', { version: '27.04' })).toMatchObject({ name: 'zany', version: '27.04' });
  });

  it.each<[string, () => unknown, string, RegExp, RegExp]>([
    [
      'without a version',
      () => UbuntuRelease.of('zany'),
      'UnknownRelease',
      /^unknown Ubuntu release "zany"; known releases: .*stonking/,
      /of\('zany', \{ version: /,
    ],
    [
      'by a version alone',
      () => UbuntuRelease.of('27.04'),
      'UnknownRelease',
      /^unknown Ubuntu release "27.04"; known releases: (?!.*bookworm)/,
      /of\('SERIES', \{ version: '27\.04' \}\)$/,
    ],
    [
      'that no Debian has',
      () => DebianRelease.of('trixie'),
      'UnknownRelease',
      /^unknown Debian release "trixie"; known releases: bookworm\n/,
      /DebianRelease\.BOOKWORM/,
    ],
    [
      'by a name that none can have',
      () => UbuntuRelease.of('Noble!'),
      'UnknownRelease',
      /^unknown Ubuntu release "Noble!"/,
      /series or version/,
    ],
    [
      'with a version that is another’s',
      () => UbuntuRelease.of('zany', { version: '24.04' }),
      'BadInput',
      /24.04 is the version of noble/,
      /./,
    ],
    [
      'with a version that is not its own',
      () => UbuntuRelease.of('noble', { version: '24.10' }),
      'BadInput',
      /its version is 24.04/,
      /./,
    ],
    [
      'that is Debian’s',
      () => UbuntuRelease.of('bookworm'),
      'BadInput',
      /^bookworm is a release of Debian\n/,
      /DebianRelease.of\('bookworm'\)/,
    ],
    [
      'that is Ubuntu’s',
      () => DebianRelease.of('noble'),
      'BadInput',
      /^noble is a release of Ubuntu\n/,
      /UbuntuRelease.of\('noble'\)/,
    ],
  ])('is refused %s', (_, choose, name, message, hint) => {
    expect(choose).toThrow(refused(name, message, hint));
  });
});

describe('the releases of a mirror', () => {
  const zany = UbuntuRelease.of('zany', { version: '27.04' });

  it('are described in the orders of those that are not known, and corrected where the catalogue says so', () => {
    const catalogue = {
      releases: { zany: { codename: 'Zany Zebra' }, noble: { supportEol: '2029-06-30' }, lucky: { version: '28.04' } },
    };
    const abouts = (props: MaasMirrorProps) =>
      viewsOfProps(props).requests.map(({ release, about }) => [release, about]);

    expect(abouts({ releases: [zany, UbuntuRelease.NOBLE, UbuntuRelease.JAMMY], catalogue })).toEqual([
      ['zany', { version: '27.04', codename: 'Zany Zebra', sources: ['mirror.yaml'] }],
      ['noble', { supportEol: '2029-06-30', sources: ['mirror.yaml'] }],
      ['jammy', undefined],
      ['bootloaders', undefined],
    ]);
    expect(abouts({ releases: [UbuntuRelease.JAMMY] })).toEqual([
      ['jammy', undefined],
      ['bootloaders', undefined],
    ]);
  });

  it('have the kernels and machines that follow by rule', () => {
    const lucky = UbuntuRelease.of('lucky', { version: '28.04' });
    const architectures = [Architecture.AMD64, Architecture.ARM64];
    expect(settingsOf({ releases: [lucky], architectures }).kernels).toEqual(['ga', 'hwe']);
    expect(settingsOf({ releases: [zany], architectures }).kernels).toEqual(['ga']);
    const riscv = { releases: { zany: { architectures: ['amd64', 'riscv64'] } } };
    const requests = viewsOfProps({
      releases: [zany],
      architectures: [Architecture.of('riscv64')],
      catalogue: riscv,
    }).requests;
    expect(requests[0]?.architectures).toEqual(['riscv64']);
  });

  it.each<[Readonly<Record<string, object>>, RegExp]>([
    [{ Zany: { version: '27.04' } }, /catalogue\.releases\.Zany: must be a series: one word/],
    [
      { zany: { version: '27.04', supportEol: '2027-01-01' } },
      /zany is .*: its support ends on 2027-01-01, before its release/,
    ],
    [{ noble: { version: '24.10' } }, /noble is .*: its version is 24.04/],
  ])('are refused as %j', (releases, message) => {
    const props = { releases: [UbuntuRelease.NOBLE], catalogue: { releases } };
    expect(() => settingsOf(props)).toThrow(refused('BadInput', message));
  });

  it('may be named with kernels as MAAS names them, of their own version only', () => {
    const view = (asked: string) => ({
      views: [{ name: 'own', releases: [UbuntuRelease.NOBLE], requiredKernels: [KernelFlavour.of(asked)] }],
    });
    expect(KernelFlavour.of('hwe-24.04-edge')).toMatchObject({ name: 'hwe-edge', requestedName: 'hwe-24.04-edge' });
    expect(settingsOf(view('lowlatency')).requests[0]?.kernels?.required).toEqual(['lowlatency']);
    expect(() => settingsOf(view('hwe-22.04'))).toThrow(
      refused('UnknownKernel', /^views\[0\]: hwe-22.04 is a kernel of jammy/),
    );
  });

  it('are those of a mirror.yaml, which describes them for all its views', () => {
    const file = join(temporaryFolder(), 'mirror.yaml');
    writeFileSync(
      file,
      `views:
  candidate: { releases: ["27.04", "24.04", bookworm], architectures: [amd64] }
catalogue: { releases: { zany: { version: "27.04", codename: Zany Zebra } } }
`,
    );
    const props = propsOfConfig(new Stack(new App()), 'Mirror', file);
    expect(viewsOfProps(props).requests.map(({ release, about }) => [release, about?.codename])).toEqual([
      ['zany', 'Zany Zebra'],
      ['noble', undefined],
      ['bookworm', undefined],
      ['bootloaders', undefined],
    ]);
  });
});
