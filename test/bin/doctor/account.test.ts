import { describe, expect, it } from 'vitest';
import { runDoctor } from '../../../bin/commands/reading/doctor';
import { type Answers, Created, environment, Fault, noStack } from '../../fixtures/aws/fake-aws';
import { type SmallAccount, smallAccount } from '../../fixtures/aws/probed-mirror/small-account';
import { smallDeployment } from '../../fixtures/aws/small-deployment';
import { keptTerminal } from '../terminal/kept-terminal';
import { told } from './told';

/** What the doctor says of an account alone. */
async function doctor(account: SmallAccount = {}, answers: Answers = {}) {
  const aws = await smallDeployment({}, { answers: { ...smallAccount(account), ...answers } });
  const terminal = keptTerminal();
  return { code: await runDoctor({}, terminal), aws, ...terminal };
}

describe('the doctor of an account', () => {
  it('finds nothing wrong with one that a mirror can be deployed to, and makes nothing there', async () => {
    const { code, outLines, aws } = await doctor();

    expect(outLines).toEqual([
      '✓ credentials          account 123456789012, region eu-west-1, as arn:aws:iam::123456789012:user/me',
      '✓ bootstrap            CDKToolkit, version 28',
      '✓ quota Linux/Medium   20 builds at once',
      '✓ quota Linux/Small    20 builds at once',
      '✓ quota ARM/Large      20 builds at once',
      '✓ cloudfront           the account has 1 distribution and can create more',
    ]);
    expect(code).toBe(0);
    expect(aws.requests.map(({ operation }) => operation)).not.toContain('CreateDistribution');
  });

  it.each<[string | undefined, string]>([
    [undefined, 'stack CDKToolkit not found in eu-west-1'],
    ['5', 'CDKToolkit has version 5; version 6 or later is required'],
    ['', 'CDKToolkit has version 0; version 6 or later is required'],
  ])('finds a bootstrap of version %j too old, and says how it is made', async (bootstrap, found) => {
    const { outLines, code } = await doctor({ bootstrap });

    expect(told(outLines, '✗')).toEqual({
      line: `✗ bootstrap            ${found}`,
      next: 'run: npx cdk bootstrap aws://123456789012/eu-west-1 (a bootstrap stack with another name is not detected)',
    });
    expect(code).toBe(1);
  });

  it('takes version 6 of the bootstrap, which is the first that stacks with assets can do with', async () => {
    const { outLines, code } = await doctor({ bootstrap: '6' });

    expect(outLines).toContain('✓ bootstrap            CDKToolkit, version 6');
    expect(code).toBe(0);
  });

  it('goes on where the bootstrap stack may not be looked at', async () => {
    const DescribeStacks = () =>
      new Fault('AccessDenied', 'me is not authorized to perform: cloudformation:DescribeStacks', 403);

    const { code, outLines } = await doctor({}, { DescribeStacks });

    expect(code).toBe(1);
    expect(told(outLines, '✗ bootstrap').line).toMatch(
      /no permission to describe the stack CDKToolkit: .* not authorized/,
    );
    expect(outLines.at(-1)).toMatch(/^✓ cloudfront/);
  });

  const ask = (kind: string) =>
    `request an increase in Service Quotas, AWS CodeBuild, "Concurrently running builds for ${kind} environment"`;
  const few = (count: number, kind: string) =>
    `                       less than maxConcurrency (default: 5), so builds wait for each other: set maxConcurrency to ${count}, or ${ask(kind)}`;

  it('names the quotas that are lower than what a mirror takes at once', async () => {
    const { outLines, code } = await doctor({ quotas: { 'Linux/Medium': 4, 'Linux/Small': 1, 'ARM/Large': 0 } });

    expect(outLines.slice(2, 8)).toEqual([
      '✓ quota Linux/Medium   4 builds at once',
      few(4, 'Linux/Medium'),
      '✓ quota Linux/Small    1 build at once',
      few(1, 'Linux/Small'),
      '✓ quota ARM/Large      no builds can run on ARM/Large (used only to build arm64): the quota is 0',
      `                       ${ask('ARM/Large')}`,
    ]);
    expect(code).toBe(0); // the mirror to come may do without arm machines
  });

  it('has nothing to say of a quota that is just what a mirror takes at once', async () => {
    const { outLines } = await doctor({ quotas: { 'Linux/Medium': 5, 'Linux/Small': 5, 'ARM/Large': 5 } });

    expect(outLines.slice(2, 5)).toEqual([
      '✓ quota Linux/Medium   5 builds at once',
      '✓ quota Linux/Small    5 builds at once',
      '✓ quota ARM/Large      5 builds at once',
    ]);
  });

  it('takes a quota of 0 for a fault on the machines that every mirror has', async () => {
    const { outLines, code } = await doctor({ quotas: { 'Linux/Medium': 0, 'Linux/Small': 5, 'ARM/Large': 5 } });

    expect(outLines.slice(2, 4)).toEqual([
      '✗ quota Linux/Medium   no builds can run on Linux/Medium: the quota is 0',
      `                       ${ask('Linux/Medium')}`,
    ]);
    expect(code).toBe(1);
  });

  it('takes the default of a quota that was never changed', async () => {
    const Quotas = [{ QuotaName: 'Concurrently running builds for Linux/Small environment', Value: 7 }];
    const answers = { ListAWSDefaultServiceQuotas: () => ({ Quotas }) };

    const { outLines, code } = await doctor({ quotas: { 'Linux/Medium': 60 } }, answers);

    expect(outLines.slice(2, 6)).toEqual([
      '✓ quota Linux/Medium   60 builds at once',
      '✓ quota Linux/Small    7 builds at once',
      '✓ quota ARM/Large      Service Quotas lists no quota for ARM/Large in this region',
      expect.stringMatching(/^✓ cloudfront/),
    ]);
    expect(code).toBe(0);
  });

  it('says what it needs where the quotas may not be read', async () => {
    const ListServiceQuotas = () => new Fault('AccessDeniedException', 'not authorized');

    const { outLines, code } = await doctor({}, { ListServiceQuotas });

    expect(told(outLines, '✗ quotas')).toEqual({
      line: '✗ quotas               no permission to list the quotas of CodeBuild: AccessDeniedException: not authorized',
      next: 'allow servicequotas:ListServiceQuotas and servicequotas:ListAWSDefaultServiceQuotas',
    });
    expect(code).toBe(1);
  });

  const unverified =
    'Your account must be verified before you can add new CloudFront resources. To verify your account, please contact AWS Support';
  it.each<[string, Answers, string, string | undefined]>([
    [
      'a distribution is refused for its own fault',
      { CreateDistribution: () => new Fault('NoSuchOrigin', 'One or more of your origins do not exist.', 404) },
      '✓ cloudfront           the account can probably create distributions (as expected, AWS rejected only the invalid test distribution)',
      undefined,
    ],
    [
      'these credentials may make none',
      {
        CreateDistribution: () =>
          new Fault('AccessDenied', 'me is not authorized to perform: cloudfront:CreateDistribution', 403),
      },
      '✓ cloudfront           these credentials cannot create distributions: me is not authorized to perform: cloudfront:CreateDistribution',
      'a deployment creates them with the bootstrap role, and will show whether AWS has verified the account',
    ],
    [
      'AWS has not verified the account',
      { CreateDistribution: () => new Fault('AccessDenied', unverified, 403) },
      `✗ cloudfront           AWS does not let this account create distributions: ${unverified}`,
      'ask AWS Support to verify the account for CloudFront before you deploy; otherwise the deployment is rolled back',
    ],
    [
      'these credentials may ask nothing',
      {
        ListDistributions: () =>
          new Fault('AccessDenied', 'me is not authorized to perform: cloudfront:ListDistributions', 403),
      },
      '✗ cloudfront           no permission to list the distributions of CloudFront: AccessDenied: me is not authorized to perform: cloudfront:ListDistributions',
      'allow cloudfront:ListDistributions and cloudfront:CreateDistribution, or ignore this result: the deployment will show whether the account is verified',
    ],
    [
      'it is made all the same',
      { CreateDistribution: () => new Created('<Id>E123</Id>') },
      '✗ cloudfront           CloudFront created the test distribution E123 (disabled), although its documentation says that it rejects it',
      'delete the distribution, and report this as a bug: the account can create distributions, but this check must not',
    ],
    [
      'CloudFront has no time',
      { CreateDistribution: () => new Fault('Throttling', 'Rate exceeded', 400) },
      '✗ cloudfront           cannot say whether the account can create a distribution: the request to AWS failed: Throttling: Rate exceeded',
      undefined,
    ],
    [
      'CloudFront is in trouble',
      { CreateDistribution: () => new Fault('ServiceUnavailable', 'later', 503) },
      '✗ cloudfront           cannot say whether the account can create a distribution: the request to AWS failed: ServiceUnavailable: later',
      undefined,
    ],
  ])('asks CloudFront for a distribution that cannot be made, and says of it where %s', async (_, answers, line, hint) => {
    const { outLines, aws, code } = await doctor({ distributions: 0 }, answers);

    expect(outLines).toContain(line);
    if (hint !== undefined) expect(told(outLines, line).next).toBe(hint);
    expect(code).toBe(line.startsWith('✓') ? 0 : 1);
    for (const { input } of aws.requests.filter(({ operation }) => operation === 'CreateDistribution')) {
      const body = String(input.body);
      const [, origin] = /<Origin><Id>([^<]+)</.exec(body) ?? [];
      const [, target] = /<TargetOriginId>([^<]+)</.exec(body) ?? [];
      expect(origin).not.toBe(target); // what makes it impossible
      expect(body).toContain('<Enabled>false</Enabled>');
    }
  });

  it('stops at credentials that do not count', async () => {
    const GetCallerIdentity = () =>
      new Fault('ExpiredToken', 'The security token included in the request is expired', 403);

    const { code, outLines } = await doctor({}, { GetCallerIdentity });

    expect(code).toBe(1);
    expect(outLines).toEqual([
      '✗ credentials          AWS does not accept the credentials: ExpiredToken: The security token included in the request is expired',
      expect.stringContaining('log in again'),
    ]);
  });

  it('stops where no region is set', async () => {
    await smallDeployment({}, { answers: smallAccount() });
    environment({
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    });
    const terminal = keptTerminal();

    expect(await runDoctor({}, terminal)).toBe(1);
    expect(terminal.outLines).toEqual([
      '✗ credentials          no AWS region is set',
      expect.stringContaining('set AWS_REGION'),
    ]);
  });

  it.each([
    'cn-north-1',
    'us-gov-west-1',
    'us-iso-east-1',
    'eu-isoe-west-1',
  ])('says that a mirror cannot be in %s', async (region) => {
    await smallDeployment({}, { answers: smallAccount() });
    environment({ AWS_REGION: region });
    const terminal = keptTerminal();

    expect(await runDoctor({}, terminal)).toBe(1);
    expect(terminal.outLines.slice(1, 3)).toEqual([
      `✗ region               ${region} lacks CloudFront or CloudFront functions: a mirror cannot be deployed there`,
      '                       set AWS_REGION to a region in the aws partition, such as eu-west-1',
    ]);
  });

  it('gives programs JSON, and nothing else', async () => {
    const terminal = keptTerminal();
    await smallDeployment(
      {},
      { answers: { ...smallAccount(), DescribeStacks: ({ StackName }) => noStack(StackName) } },
    );

    expect(await runDoctor({ json: true }, terminal)).toBe(1);
    expect(JSON.parse(terminal.outLines.join('\n'))).toEqual({
      ok: false,
      findings: [
        { name: 'credentials', ok: true, found: expect.any(String) },
        { name: 'bootstrap', ok: false, found: expect.any(String), hint: expect.any(String) },
        ...['quota Linux/Medium', 'quota Linux/Small', 'quota ARM/Large', 'cloudfront'].map((name) => {
          return { name, ok: true, found: expect.any(String) };
        }),
      ],
    });
  });
});
