import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { type CloudBuildOptions, runCloudBuild } from '../../../bin/build/in-cloud';
import { MaasMirror, UbuntuRelease } from '../../../lib';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import {
  endlessBuild,
  failedBuild,
  failedBuildAnswers,
  notReadyBuild,
  redrivenBuild,
  unexplainedBuild,
  wellBuild,
} from '../../fixtures/aws/scripted-builds';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { serve } from '../../fixtures/servers/served-folder';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { written } from '../../fixtures/written';
import { statementsOf } from '../../mirror/statements';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-seconds';

const options: CloudBuildOptions = { stack: stackName, bootloaders: false, everySeconds: 0.01 };

async function build(releases: readonly string[], changes: Partial<CloudBuildOptions> = {}) {
  const terminal = keptTerminal();
  const code = await runCloudBuild(releases, { ...options, ...changes }, terminal);
  return { code, ...terminal };
}

describe('a build in the cloud', () => {
  it('is followed stage by stage, and ends with the address of the view and the words for MAAS', async () => {
    const folder = temporaryFolder();
    const signer = await smallSigner();
    await makeSmallMirror(folder, { signer });
    await using site = await serve(folder);
    const aws = await smallDeployment({ noble: wellBuild() }, { url: site.address });

    const { code, outLines, errLines } = await build(['noble']);

    const [{ name, input } = { name: '', input: {} }] = aws.started;
    expect(code).toBe(0);
    expect(input).toMatchObject({ release: 'noble', architectures: ['amd64'], view: 'candidate' });
    const page = `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:123456789012:execution:Mirror:${name}`;
    expect(errLines).toEqual([
      `building noble into view candidate of the stack SmallMirror: ${name}`,
      `  ${page}`,
      '  noble is 24.04 LTS (catalogue)',
      'Plan …',
      'Plan done in 2.0 s',
      'Fetch amd64 …',
      'Fetch amd64: waiting: the CodeBuild quota of this account is used up',
      'Fetch amd64: working',
      'Fetch amd64 done in 3.0 s',
      'Prepare amd64 …',
      'Prepare amd64 done in 3.0 s',
      'Select amd64 …',
      'Select amd64 done in 2.0 s',
      'Extract amd64 hwe …',
      'Extract amd64 hwe done in 3.0 s',
      'BootTest amd64 hwe …',
      'BootTest amd64 hwe done in 3.0 s',
      'Extract amd64 ga …',
      'Extract amd64 ga done in 3.0 s',
      'BootTest amd64 ga …',
      'BootTest amd64 ga done in 3.0 s',
      'Publish amd64 …',
      'Publish amd64 done in 2.0 s',
    ]);
    expect(outLines).toEqual([
      '✓ noble: amd64: published version 20261120',
      `  logs         ${page}`,
      `  view         ${site.address}candidate/`,
      `  keyring      ${site.address}keyring.gpg (binary, as MAAS requires)`,
      `  fingerprint  ${signer.fingerprint}`,
      '',
      'To use it in MAAS, install the keyring on every region controller:',
      `  sudo curl --fail -o /var/snap/maas/common/maas-mirror.gpg ${site.address}keyring.gpg`,
      'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:',
      `  maas admin boot-sources create url=${site.address}candidate/ keyring_filename=/var/snap/maas/common/maas-mirror.gpg`,
    ]);
  });

  it('ends with words that have a place for the password where the mirror asks for one', async () => {
    await smallDeployment({ noble: wellBuild() }, { more: { CredentialsStoreArn: 'arn:store' } });

    const { outLines } = await build(['noble']);

    expect(outLines.slice(outLines.indexOf('') + 1)).toEqual([
      'To use it in MAAS, install the keyring on every region controller:',
      '  sudo curl --fail -o /var/snap/maas/common/maas-mirror.gpg http://SITE:PASSWORD@127.0.0.1:1/keyring.gpg',
      'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:',
      '  maas admin boot-sources create url=http://SITE:PASSWORD@127.0.0.1:1/candidate/ keyring_filename=/var/snap/maas/common/maas-mirror.gpg',
      'The mirror requires a password: run maas-mirror access add SITE --stack SmallMirror, which prints the URL with its password.',
    ]);
  });

  it('asks AWS for nothing that the mirror does not let those do whom it lets order builds', async () => {
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    const mirror = new MaasMirror(stack, 'Mirror', { releases: [UbuntuRelease.NOBLE] });
    mirror.grantStartRelease(new Role(stack, 'Operator', { assumedBy: new AccountRootPrincipal() }));
    const allowed = statementsOf(Template.fromStack(stack), /^Operator/).flatMap(({ Action }) => Action);
    const aws = await smallDeployment({ noble: failedBuild(), jammy: wellBuild() }, { answers: failedBuildAnswers });

    await build(['noble', 'jammy']);

    const asked = [...new Set(aws.requests.map(({ operation }) => operation))];
    expect(asked).toEqual(expect.arrayContaining(['DescribeStacks', 'StartExecution', 'GetLogEvents']));
    expect(asked.filter((operation) => !allowed.some((action) => action.endsWith(`:${operation}`)))).toEqual([]);
  });

  it('shows the end of the log of what failed, and where the whole is', async () => {
    await smallDeployment({ noble: failedBuild() }, { answers: failedBuildAnswers });

    const { code, outLines, errLines } = await build(['noble']);

    expect(code).toBe(1);
    const failed = errLines.indexOf('Publish amd64 FAILED after 2.0 s') + 1;
    expect(errLines.slice(failed)).toEqual([
      'Extract amd64 hwe failed: there is no vmlinuz',
      '  | :: installing linux-generic-hwe-24.04',
      '  | error NoKernel: there is no vmlinuz',
      '  |   look at the packages',
      '  full log: https://console.aws.amazon.com/the-log',
      'Publish amd64 failed: amd64 has no hwe',
    ]);
    expect(outLines[0]).toBe('✗ noble: build failed (see above); previously published images are unchanged');
  });

  it('says what became of each architecture where no stage tells of a failure', async () => {
    await smallDeployment({ noble: unexplainedBuild() });

    expect((await build(['noble'])).errLines.at(-1)).toBe('["amd64: NoKernel"]');
  });

  it('forgets what had failed before it was redriven', async () => {
    await smallDeployment({ noble: redrivenBuild() }, { answers: failedBuildAnswers });

    const { code, errLines } = await build(['noble']);

    expect(code).toBe(1);
    expect(errLines.slice(errLines.indexOf('Select amd64 FAILED after 2.0 s') + 1)).toEqual([
      'Select amd64 failed: the archive cannot be read',
    ]);
    expect(errLines.filter((line) => line.includes('Conclude'))).toEqual([]);
  });

  it('ends with 3 where upstream only was not ready', async () => {
    await smallDeployment({ noble: notReadyBuild() });

    const { code, outLines } = await build(['noble']);

    expect(code).toBe(3);
    expect(outLines[0]).toBe('✗ noble: nothing was published: upstream is mid-update; try again later');
  });

  it('says who ended an execution that no stage has failed in', async () => {
    await smallDeployment({ noble: { ...endlessBuild(), status: 'ABORTED', cause: 'enough' } });

    const { code, errLines } = await build(['noble']);

    expect(code).toBe(1);
    expect(errLines.slice(-2)).toEqual(['Fetch amd64 stopped', 'ExecutionAborted: enough']);
  });

  it('starts the next release when one has ended, whatever came of it, and reports all', async () => {
    const aws = await smallDeployment({ noble: failedBuild(), jammy: wellBuild() }, { answers: failedBuildAnswers });

    const { code, outLines } = await build(['noble', 'jammy'], { json: true });

    expect(code).toBe(1);
    expect(aws.started.map(({ input }) => input.release)).toEqual(['noble', 'jammy']);
    expect(JSON.parse(outLines.join('\n'))).toMatchObject({
      builds: [
        { release: 'noble', status: 'FAILED', execution: aws.started[0]?.name },
        { release: 'jammy', status: 'SUCCEEDED', view: 'http://127.0.0.1:1/candidate/' },
      ],
      keyring: 'http://127.0.0.1:1/keyring.gpg',
    });
  });

  it('goes on when it is no longer followed, and says how to end it', async () => {
    const aws = await smallDeployment({ noble: endlessBuild() });
    const interrupt = new AbortController();
    const terminal = keptTerminal();
    const err = (line: string) => {
      terminal.err(line);
      if (line === 'Fetch amd64 …') interrupt.abort();
    };

    const ended = runCloudBuild(['noble', 'jammy'], { ...options, signal: interrupt.signal }, { ...terminal, err });

    await expect(ended).rejects.toMatchObject({
      name: 'Interrupted',
      message: expect.stringMatching(/^stopped following noble-2\S+, which continues in AWS$/),
      hint: expect.stringContaining('aws stepfunctions stop-execution --execution-arn arn:aws:states:eu-west-1'),
    });
    expect(terminal.errLines.at(-1)).toBe('not started: jammy');
    expect(aws.requests.map(({ operation }) => operation)).not.toContain('StopExecution');
  });
});

describe('a build in the cloud is refused', () => {
  const misuse = (message: string | RegExp) =>
    expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) });

  it.each([
    [['mirror'], {}, '--mirror'],
    [['work', 'key'], {}, '--work, --key'],
    [['base'], {}, '--base'],
    [['serve'], { serve: true }, '--serve'],
    [['serve', 'serve'], { serve: true }, '--serve'],
    [['serve'], { serve: false }, '--no-serve'],
    [['listen'], {}, '--listen'],
  ])('with %s, which is of this machine', async (typed, given, message) => {
    const aws = await smallDeployment({});

    await expect(build(['noble'], { typed, ...given })).rejects.toEqual(
      misuse(new RegExp(`^${message} cannot be used with --stack SmallMirror$`)),
    );
    expect(aws.requests).toEqual([]);
  });

  it.each<[string, () => Partial<CloudBuildOptions>, RegExp]>([
    [
      '--archive',
      () => ({ archive: 'file:///srv/ubuntu' }),
      /^--archive has file:\/\/\/srv\/ubuntu, a folder that build ma/,
    ],
    [
      '--proxy',
      () => ({ proxy: 'http://u:hush@p.example' }),
      /^--proxy has http:\/\/p\.example with a user or password/,
    ],
    [
      '--repository',
      () => ({ repository: [written('a.sources', stanzaAt('https://u:hush@a.example/x'))] }),
      /^--repository has https:\/\/a\.example\/x with a user/,
    ],
    [
      'the field of a configuration',
      () => ({
        bootloaders: true,
        config: written('mirror.yaml', 'views: { a: { releases: [noble] } }\nsources: { archive: "file:///srv" }\n'),
      }),
      /^sources\.archive has file:\/\/\/srv, a folder/,
    ],
  ])('with an address that only this machine may have, by the name of what has it: %s', async (_, given, message) => {
    await smallDeployment({});

    const options = given();
    await expect(build(options.config ? [] : ['noble'], options)).rejects.toEqual(misuse(message));
  });

  it('of a stack that is not there, or is none of a mirror', async () => {
    await smallDeployment({});
    await expect(build(['noble'], { stack: 'Other' })).rejects.toMatchObject({
      name: 'NoSuchStack',
      message: 'this account has no stack Other in eu-west-1',
    });
  });
});
