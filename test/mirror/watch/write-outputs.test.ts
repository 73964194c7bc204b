import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { describe, expect, it } from 'vitest';
import { DebianRelease, UbuntuRelease } from '../../../lib';
import { outputOf, stackOutputs } from '../../../lib/job/aws/stack-outputs';
import { madeMirror } from '../made-mirror';
import '../../fixtures/needs-seconds';

const { template } = madeMirror();

describe('the outputs of a mirror', () => {
  it('tells what the command line asks for', () => {
    const values = Object.fromEntries(
      Object.entries(template.findOutputs('*')).map(([key, { Value }]) => [key, JSON.stringify(Value)]),
    );

    for (const name of Object.values(stackOutputs)) expect(outputOf(values, name), name).toBeDefined();
  });

  it('tells its topic, for those who subscribe', () => {
    const [output, ...others] = Object.values(
      template.findOutputs('*', { Value: { Ref: Match.stringLikeRegexp('^MirrorFailures') } }),
    );

    expect(output).toBeDefined();
    expect(others).toEqual([]);
    expect(
      Object.keys(template.findOutputs('*')).filter((key) => /^MirrorTopicArn[0-9A-F]{8}$/.test(key)),
    ).toHaveLength(1);
  });

  it('says what MAAS has to be told of each of its views', () => {
    const views = [
      { name: 'candidate', releases: [UbuntuRelease.NOBLE] },
      { name: 'next-one', releases: [UbuntuRelease.JAMMY] },
    ];
    const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555';
    const { template } = madeMirror((stack) => ({
      views,
      site: {
        domainName: 'images.example.com',
        certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
      },
    }));
    const found = Object.values(template.findOutputs('*')).map(({ Value }) => Value);

    const file = '/var/snap/maas/common/maas-mirror.gpg';
    expect(found).toEqual(
      expect.arrayContaining([
        `sudo curl --fail -o ${file} https://images.example.com/keyring.gpg`,
        `maas admin boot-source update ID url=https://images.example.com/candidate/ keyring_filename=${file}`,
        `maas admin boot-source update ID url=https://images.example.com/next-one/ keyring_filename=${file}`,
      ]),
    );
  });

  it('adds a second source where a view has no bootloaders: alone, MAAS could not boot from it', () => {
    const { template } = madeMirror(() => ({
      views: [
        { name: 'complete', releases: [UbuntuRelease.NOBLE] },
        { name: 'beside', releases: [UbuntuRelease.NOBLE], bootloaders: false },
        { name: 'debian', releases: [DebianRelease.BOOKWORM] },
      ],
    }));

    expect(sourceCommands(template)).toEqual({
      Complete: 'maas admin boot-source update ID',
      Beside: 'maas admin boot-sources create',
      Debian: 'maas admin boot-sources create',
    });
  });

  it('has commands for views that get their versions from others, too', () => {
    const { template } = madeMirror(() => ({
      views: [
        { name: 'lab', from: 'stable' },
        { name: 'jammy-only', select: [{ from: 'candidate', releases: [UbuntuRelease.JAMMY] }] },
        {
          name: 'mixed',
          select: [
            { from: 'beside', releases: [UbuntuRelease.JAMMY] },
            { from: 'candidate', releases: [UbuntuRelease.NOBLE], bootloaders: true },
          ],
        },
        { name: 'stable', promote: { from: 'candidate' } },
        { name: 'manual' },
        { name: 'candidate', releases: [UbuntuRelease.NOBLE] },
        { name: 'beside', releases: [UbuntuRelease.JAMMY], bootloaders: false },
      ],
    }));
    const [change, add] = ['maas admin boot-source update ID', 'maas admin boot-sources create'];
    expect(sourceCommands(template)).toEqual({
      ...{ Candidate: change, Stable: change, Lab: change, Mixed: change },
      ...{ JammyOnly: add, Manual: add, Beside: add },
    });
  });

  it('changes the source of MAAS where views are built by hand, with bootloaders', () => {
    expect(sourceCommands(madeMirror(() => ({})).template)).toEqual({ Candidate: 'maas admin boot-source update ID' });
  });

  it('leaves a place for the password where its site asks for one', () => {
    const { template } = madeMirror(() => ({ releases: [UbuntuRelease.NOBLE], site: { basicAuth: true } }));
    const commands = Object.entries(template.findOutputs('*')).filter(([key]) => /^MirrorMaas/.test(key));

    expect(commands.map(([, { Value }]) => JSON.stringify(Value))).toEqual([
      expect.stringMatching(/ https:\/\/SITE:PASSWORD@",.*"DomainName"\]\},"\/keyring\.gpg"/),
      expect.stringMatching(/ url=https:\/\/SITE:PASSWORD@",.*"DomainName"\]\},"\/candidate\/ /),
    ]);
  });
});

/** The commands of the views, up to the address. */
function sourceCommands(template: Template): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.findOutputs('*')).flatMap(([key, { Value }]) => {
      const [, view] = /^MirrorMaasSourceCommand(\w+)[0-9A-F]{8}$/.exec(key) ?? [];
      return view === undefined ? [] : [[view, /maas [\w -]*(?= url=)/.exec(JSON.stringify(Value))?.[0] ?? '']];
    }),
  );
}
