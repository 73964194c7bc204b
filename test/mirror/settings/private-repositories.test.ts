import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import {
  Architecture,
  KernelFlavour,
  MaasMirror,
  type MaasMirrorProps,
  MirrorSchedule,
  type MirrorView,
  UbuntuRelease,
} from '../../../lib';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { templateOf } from '../made-mirror';
import { type Statement, statementsOf } from '../statements';
import '../../fixtures/needs-seconds';

const repository = stanzaAt('https://private.example/ubuntu');
const fullArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:whole-AbCdEf';

function viewWith(name: string, ...secrets: ISecret[]): MirrorView {
  const privateRepositories = secrets.map((credentials) => ({ repository, credentials }));
  return { name, releases: [UbuntuRelease.NOBLE], requiredKernels: [KernelFlavour.GA], privateRepositories };
}

function madeWith(views: (stack: Stack) => MirrorView[]): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  const architectures = [Architecture.AMD64, Architecture.ARM64];
  const kernels = [KernelFlavour.GA];
  new MaasMirror(stack, 'Mirror', { views: views(stack), architectures, kernels, schedule: MirrorSchedule.DAILY });
  return Template.fromStack(stack);
}

const reading = (statement: Statement) =>
  [statement.Action].flat().some((action) => /^(secretsmanager|kms:Decrypt)/.test(action));

/** Who may read secrets or decrypt, and which: `MirrorUpgradeRole` → what they are allowed. */
function readersIn(made: Template): Map<string, Statement[]> {
  const roles = Object.keys(made.findResources('AWS::IAM::Role'));
  const found = roles.map((id) => {
    return [id.replace(/[0-9A-F]{8}$/, ''), statementsOf(made, new RegExp(`^${id}$`)).filter(reading)] as const;
  });
  return new Map(found.filter(([, statements]) => statements.length > 0));
}

const readers = [
  ...['MirrorKernelGaExtractRole', 'MirrorPrepareRole', 'MirrorUpgradeRole'],
  ...['MirrorKernelGaArmExtractRole', 'MirrorPrepareArmRole', 'MirrorUpgradeArmRole'],
  ...['MirrorCheckForUpdatesRole', 'MirrorPlanRole'],
];

function requestsIn(made: Template): string[] {
  const schedules = Object.values(made.findResources('AWS::Scheduler::Schedule'));
  return schedules.map(({ Properties }) => JSON.stringify(Properties.Target.Input));
}

describe('a mirror with private repositories', () => {
  it('lets those that reach repositories read exactly the secrets that its views name, and nobody else', () => {
    const made = madeWith((stack) => [
      viewWith('one', Secret.fromSecretCompleteArn(stack, 'Whole', fullArn)),
      viewWith('two', Secret.fromSecretNameV2(stack, 'Named', 'ppa/next'), new Secret(stack, 'New')),
      { name: 'plain', releases: [UbuntuRelease.JAMMY], requiredKernels: [KernelFlavour.GA] },
    ]);

    const [fresh] = Object.keys(made.findResources('AWS::SecretsManager::Secret'));
    const found = readersIn(made);
    expect([...found.keys()].sort()).toEqual([...readers].sort());
    for (const statements of found.values()) {
      expect(statements).toEqual([
        {
          Effect: 'Allow',
          Action: 'secretsmanager:GetSecretValue',
          Resource: [
            fullArn,
            { 'Fn::Join': ['', expect.arrayContaining([':secret:ppa/next-??????'])] },
            { Ref: fresh },
          ],
        },
      ]);
    }
  });

  it('lets them use the very keys that encrypt these', () => {
    const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';
    const made = madeWith((stack) => {
      const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn);
      return [
        viewWith('one', Secret.fromSecretAttributes(stack, 'Whole', { secretCompleteArn: fullArn, encryptionKey })),
      ];
    });

    for (const statements of readersIn(made).values()) {
      expect(statements).toEqual([
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: fullArn },
        { Effect: 'Allow', Action: 'kms:Decrypt', Resource: keyArn },
      ]);
    }
    expect(readersIn(made).size).toBe(readers.length);
  });

  it('orders by schedule with the names of secrets, of which it reads none', () => {
    const made = madeWith((stack) => [
      viewWith('one', Secret.fromSecretNameV2(stack, 'Named', 'ppa/next'), new Secret(stack, 'New')),
    ]);

    const [fresh] = Object.keys(made.findResources('AWS::SecretsManager::Secret'));
    const [request = '', loaders = ''] = requestsIn(made);
    expect(request).toContain(String.raw`\"credentials\":\"ppa/next\"`);
    expect(request).toContain(`{"Ref":"${fresh}"}`);
    expect(loaders).not.toContain('credentials');
    expect(JSON.stringify(made.toJSON())).not.toContain('{{resolve:');
  });

  it('has no right to read any secret where its views name none', () => {
    expect(readersIn(madeWith(() => [viewWith('plain')])).size).toBe(0);
  });

  it('takes the names of secrets from mirror.yaml, of one secret once', () => {
    const file = join(temporaryFolder(), 'mirror.yaml');
    const customise = (...names: string[]) => ({
      repositories: ['ppa:o/n', ...names.map((credentials) => ({ repository, credentials }))],
    });
    const views = {
      one: { releases: ['noble'], customise: customise('ppa/next', fullArn) },
      two: { releases: ['noble'], customise: customise('ppa/next') },
    };
    writeFileSync(file, JSON.stringify({ views, schedule: 'daily' })); // which is YAML, too
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    MaasMirror.fromConfig(stack, 'Mirror', file);
    const made = Template.fromStack(stack);

    const named = { 'Fn::Join': ['', expect.arrayContaining([':secret:ppa/next-??????'])] };
    const [statements] = [...readersIn(made).values()];
    expect(statements?.map(({ Resource }) => Resource)).toEqual([[named, fullArn]]);
    const requests = Object.values(made.findResources('AWS::Scheduler::Schedule'))
      .map(({ Properties }) => JSON.parse(Properties.Target.Input).request)
      .filter(({ release }) => release === 'noble');
    expect(requests.map((request) => request.customise.repositories)).toEqual([
      customise('ppa/next', fullArn).repositories,
      customise('ppa/next').repositories,
    ]);
  });
});

describe('a password in an address', () => {
  const hush = 'https://robot:hush-hush-42@x.example/y';
  const refused = (props: MaasMirrorProps) => {
    const thrown = expect.objectContaining({
      name: 'BadInput',
      misuse: true,
      message: expect.stringMatching(/ has https:\/\/x\.example\/y with a user or password in the URL\n/),
      hint: expect.stringContaining('credentials'),
    });
    expect(() => templateOf(props)).toThrow(thrown);
  };

  it.each([
    'stream',
    'archive',
    'ports',
    'snapshots',
    'ppas',
    'launchpad',
    'proxy',
  ])('refuses one in sources.%s, also where nothing is built yet', (place) => {
    refused({ sources: { [place]: hush } });
    refused({ sources: { [place]: hush }, releases: [UbuntuRelease.NOBLE] });
  });

  it('refuses a folder of a machine as well', () => {
    expect(() => templateOf({ sources: { archive: 'file:///srv/ubuntu' } })).toThrow(
      expect.objectContaining({ name: 'BadInput', message: expect.stringMatching(/^sources\.archive has file:/) }),
    );
  });

  it('refuses one of a repository, also in a view that is not built', () => {
    refused({ views: [{ name: 'a', repositories: [stanzaAt(hush)] }] });
    refused({ views: [{ name: 'a', releases: [UbuntuRelease.NOBLE], repositories: ['ppa:o/n', stanzaAt(hush)] }] });
  });

  it('refuses one in mirror.yaml', () => {
    const file = join(temporaryFolder(), 'mirror.yaml');
    writeFileSync(file, JSON.stringify({ views: { stable: { releases: ['noble'] } }, sources: { archive: hush } }));
    const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
    expect(() => MaasMirror.fromConfig(stack, 'Mirror', file)).toThrow(
      /mirror\.yaml: sources\.archive has https:\/\/x\.example\/y with/,
    );
  });
});
