import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { MaasMirror, MirrorSchedule, UbuntuRelease } from '../../../lib';
import { executionFolder, runs } from '../../../lib/job/layout';
import { everyProp } from '../every-prop';
import { templateOf } from '../made-mirror';
import { actionsOf, type Statement, statementsOf } from '../statements';

const template = templateOf({ releases: [UbuntuRelease.NOBLE], schedule: MirrorSchedule.DAILY });
const everything = everyTemplate();
const on = (role: RegExp) => statementsOf(template, role);
const roleIds = Object.keys(template.findResources('AWS::IAM::Role'));

describe('the roles', () => {
  it('allow exact actions only, whatever a mirror is told', () => {
    for (const made of [template, everything]) {
      const actions = actionsOf(made);

      expect(actions.length).toBeGreaterThan(50);
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
    }
  });

  it('name exact resources, but for these', () => {
    const builds = [
      'BootTest',
      'Bootloaders',
      'Fetch',
      'Prepare',
      'Upgrade',
      ...kernels.map((name) => `Kernel${name}Extract`),
    ];

    expect(starredIn(template)).toEqual(
      [
        ...builds.map(
          (name) => `${name}: s3:GetObject: WorkBucket/runs/*${takeUpNothing.includes(name) ? '/request.json' : ''}`,
        ),
        ...builds.filter((name) => name !== 'BootTest').map((name) => `${name}: s3:PutObject: WorkBucket/runs/*`),
        ...['Plan', 'CheckForUpdates', 'Select', 'Publish', 'Promote', 'Operate'].map(
          (name) => `${name}: s3:GetObject: MirrorBucket/*`,
        ),
        ...['s3:GetObject', 's3:PutObject'].map((action) => `Select: ${action}: WorkBucket/runs/*/extract/kept/*`),
        'Plan: s3:PutObject: WorkBucket/runs/*/request.json',
        ...['Plan', 'Select'].map((name) => `${name}: s3:GetObject: WorkBucket/runs/*/request.json`),
        'Publish: s3:GetObject: WorkBucket/runs/*',
        ...['Publish', 'Promote', 'Operate'].map((name) => `${name}: s3:PutObject: MirrorBucket/*`),
        'Operate: s3:DeleteObject: MirrorBucket/*/streams/v1/index.*',
        ...['Publish', 'Promote'].map((name) => `${name}: s3:DeleteObject: MirrorBucket/*/streams/v1/index.json*`),
        `Notify: states:GetExecutionHistory,states:DescribeExecution: arn:aws:states:region:accountid:execution:WorkflowStateMachine:*`,
        `Workflow: ${logDelivery}: *`,
        'Workflow: xray:PutTraceSegments,xray:PutTelemetryRecords,xray:GetSamplingRules,xray:GetSamplingTargets: *',
      ].sort(),
    );
  });

  it('name in a VPC network interfaces besides, and nothing else, whatever a mirror is told', () => {
    const starred = starredIn(everything);
    const builds = ['BootTest', 'Bootloaders', 'Fetch', 'Prepare', 'PrepareArm', 'Upgrade', 'UpgradeArm'].concat(
      ['Ga', 'Hwe', 'HweEdge'].flatMap((name) => [`Kernel${name}Extract`, `Kernel${name}ArmExtract`]),
    );

    expect(starred.filter((one) => /: ec2:/.test(one))).toEqual(
      [
        ...builds.flatMap((name) => [`${name}: ${buildNetwork}: *`, `${name}: ${lending}: ${interfaces}`]),
        ...['Plan', 'CheckForUpdates'].map((name) => `${name}: ${functionNetwork}: *`),
      ].sort(),
    );
    // the mirror's own bucket is an imported one there
    const elsewhere = starredIn(template).map((one) => one.replace('MirrorBucket/*', 'arn:aws:s3:::my-mirror/*'));
    expect(new Set(starred.flatMap((one) => (/: ec2:/.test(one) ? [] : [nameless(one)])))).toEqual(
      new Set(elsewhere.map(nameless)),
    );
  });

  it('lend the network interfaces of builds to CodeBuild alone, in the subnets that are given', () => {
    const lent = statementsOf(everything).filter(({ Action }) => Action === lending);

    expect(lent).toHaveLength(13);
    for (const { Condition } of lent) {
      const { StringEquals } = Condition as { readonly StringEquals: Readonly<Record<string, unknown>> };
      expect(StringEquals).toEqual({
        'ec2:AuthorizedService': 'codebuild.amazonaws.com',
        'ec2:Subnet': [expect.anything(), expect.anything()],
      });
      expect((StringEquals['ec2:Subnet'] as unknown[]).map(spelt)).toEqual(
        [1, 2].map((at) => `arn:aws:ec2:region:accountid:subnet/VpcInnerSubnet${at}Subnet`),
      );
    }
  });

  it('of builds do in a VPC what they do elsewhere, and what CodeBuild wants there', () => {
    const [inside, outside] = [everything, template].map((made) =>
      statementsOf(made, /^MirrorFetchRole/).flatMap(({ Action }) => Action),
    );

    expect(inside).toEqual([...(outside ?? []), ...buildNetwork.split(','), lending]);
  });

  it('are written here, but for that of the provider which the CDK calls Publish with at a deployment', () => {
    const [foreign = [], foreignOfAll = []] = [template, everything].map((made) =>
      Object.entries(made.findResources('AWS::IAM::Role')).filter(
        ([, { Properties }]) => Properties.ManagedPolicyArns !== undefined || Properties.Policies !== undefined,
      ),
    );

    for (const found of [foreign, foreignOfAll]) {
      expect(found.map(([id]) => id)).toEqual([expect.stringMatching(/^AWSCDKTriggerCustomResourceProvider.*Role/)]);
    }
    expect(foreign[0]?.[1].Properties.Policies).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            {
              Action: ['lambda:InvokeFunction'],
              Resource: [
                { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^MirrorPublish/), 'Arn'] }, ':*']] },
              ],
            },
          ],
        },
      },
    ]);
  });

  it.each([
    'Fetch',
    'Upgrade',
    'Prepare',
    'KernelGaExtract',
    'BootTest',
    'Bootloaders',
  ])('of %s reads and writes runs/ of the work bucket as far as it must, and only new objects', (name) => {
    const onWork = on(new RegExp(`^Mirror${name}Role`)).filter((one) => mentions(one, 'WorkBucket'));

    expect(onWork).toEqual([
      {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: below('WorkBucket', takeUpNothing.includes(name) ? '/runs/*/request.json' : '/runs/*'),
      },
      ...(name === 'BootTest' ? [] : [newObjects()]),
    ]);
    expect(runs.prefix('run-1')).toMatch(/^runs\//);
  });

  it('of builds do nothing else but read their source and write their log', () => {
    const builds = roleIds.filter((id) => /^Mirror(Fetch|Upgrade|Prepare|Kernel\w+|BootTest|Bootloaders)Role/.test(id));

    expect(builds).toHaveLength(7);
    for (const id of builds) {
      expect(on(new RegExp(`^${id}$`)).flatMap(({ Action }) => Action)).toEqual([
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        's3:GetObject',
        's3:GetObjectVersion',
        's3:GetBucketAcl',
        's3:GetBucketLocation',
        's3:GetObject',
        ...(id.startsWith('MirrorBootTestRole') ? [] : ['s3:PutObject']),
      ]);
    }
  });

  it('leave the mirror to Publish, Promote and Operate, and Plan, CheckForUpdates and Select may read it', () => {
    const onMirror = (role: RegExp) =>
      on(role)
        .filter((one) => mentions(one, 'MirrorBucket'))
        .map(({ Action }) => Action);

    for (const writer of [/^MirrorPublishRole/, /^MirrorPromoteRole/, /^MirrorOperateRole/]) {
      expect(onMirror(writer)).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:DeleteObject']);
    }
    for (const reader of [/^MirrorSelectRole/, /^MirrorPlanRole/, /^MirrorCheckForUpdatesRole/]) {
      expect(onMirror(reader)).toEqual(['s3:GetObject', 's3:ListBucket']);
    }
    expect(onMirror(/^(?!Mirror(Publish|Promote|Operate|Plan|Select|CheckForUpdates)Role)/)).toEqual([]);
  });

  it('let Publish, Promote and Operate alone sign', () => {
    const signing = roleIds.filter((id) =>
      on(new RegExp(`^${id}$`)).some(({ Action }) => [Action].flat().some((one) => one.startsWith('kms:'))),
    );

    expect(signing).toEqual(
      ['Publish', 'Promote', 'Operate'].map((name) => expect.stringMatching(`^Mirror${name}Role`)),
    );
    for (const role of signing) {
      expect(on(new RegExp(`^${role}$`))).toContainEqual({
        Effect: 'Allow',
        Action: ['kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey'],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^MirrorSigningKey/), 'Arn'] },
      });
    }
  });

  it('let nobody delete anything, except Operate the indexes of a view, and other writers those that follow them', () => {
    const deleting = actionsOf(template).filter((action) => /Delete/.test(action));
    expect(deleting.sort()).toEqual(['logs:DeleteLogDelivery', ...Array.from({ length: 3 }, () => 's3:DeleteObject')]);
    const removing = (ending: string) => ({
      ...{ Effect: 'Allow', Action: 's3:DeleteObject' },
      Resource: below('MirrorBucket', `/*/streams/v1/${ending}`),
    });
    expect(on(/^MirrorOperateRole/)).toContainEqual(removing('index.*'));
    for (const role of [/^MirrorPublishRole/, /^MirrorPromoteRole/])
      expect(on(role)).toContainEqual(removing('index.json*'));
  });

  it('let Publish read the work of the builds, not write it', () => {
    const onWork = on(/^MirrorPublishRole/).filter((one) => mentions(one, 'WorkBucket'));

    expect(onWork.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(onWork[0]?.Resource).toEqual(below('WorkBucket', '/runs/*'));
  });

  it('let nobody list the work bucket, whose folders have names that nobody can guess, whatever a mirror is told', () => {
    for (const made of [template, everything]) {
      const listing = statementsOf(made).filter(({ Action }) =>
        [Action].flat().some((one) => /List(Bucket|Object)/.test(one)),
      );

      expect(listing).not.toEqual([]);
      expect(listing.filter((one) => mentions(one, 'WorkBucket'))).toEqual([]);
    }
  });

  it('let Plan write orders and Select read them, and keep the functions without a build from the work bucket', () => {
    const onWork = (role: RegExp) => on(role).filter((one) => mentions(one, 'WorkBucket'));
    const requests = below('WorkBucket', '/runs/*/request.json');

    expect(onWork(/^MirrorPlanRole/)).toEqual([
      { Effect: 'Allow', Action: 's3:PutObject', Resource: requests },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: requests },
    ]);
    const kept = below('WorkBucket', '/runs/*/extract/kept/*');
    expect(onWork(/^MirrorSelectRole/)).toEqual([
      { Effect: 'Allow', Action: 's3:GetObject', Resource: requests },
      { ...newObjects(), Resource: kept },
      { Effect: 'Allow', Action: 's3:GetObject', Resource: kept },
    ]);
    for (const name of ['CheckForUpdates', 'Notify', 'Workflow', 'Promote', 'Operate']) {
      expect(onWork(new RegExp(`^Mirror${name}Role`))).toEqual([]);
    }
    expect(runs.request(executionFolder('run-1', new Uint8Array(8)))).toMatch(/^runs\/[^/]+\/request\.json$/);
  });

  it('let Notify read the executions, builds and logs of this mirror, and speak to its topic', () => {
    const projects = Object.keys(template.findResources('AWS::CodeBuild::Project'));
    const named = (action: string) => resourcesOf(/^MirrorNotifyRole/, action);

    expect(named('codebuild:BatchGetBuilds').sort()).toEqual(projects.map(short).sort());
    // the log groups of the functions and the state machine are none of its business
    expect(named('logs:GetLogEvents').sort()).toEqual(
      projects.map((id) => short(id).replace(/Project$/, 'Log')).sort(),
    );
    expect(named('sns:Publish')).toEqual(['Failures']);
  });

  it('let the state machine run its own builds and functions', () => {
    const projects = Object.keys(template.findResources('AWS::CodeBuild::Project'));
    const named = (action: string) => resourcesOf(/^MirrorWorkflowRole/, action);

    expect(named('codebuild:StartBuild').sort()).toEqual(projects.map(short).sort());
    expect(named('lambda:InvokeFunction')).toEqual(['PlanFunction', 'SelectFunction', 'PublishFunction']);
    expect(named('events:PutRule')).toEqual([
      'arn:aws:events:region:accountid:rule/StepFunctionsGetEventForCodeBuildStartBuildRule',
    ]);
  });

  it('let the schedules call CheckForUpdates, and CheckForUpdates start executions of this mirror', () => {
    expect(on(/^MirrorUpdateScheduleRole/)).toMatchObject([
      {
        Action: 'lambda:InvokeFunction',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^MirrorCheckForUpdatesFunction/), 'Arn'] },
      },
    ]);
    expect(on(/^MirrorCheckForUpdatesRole/)).toContainEqual({
      Effect: 'Allow',
      Action: ['states:StartExecution', 'states:ListExecutions'],
      Resource: { Ref: expect.stringMatching(/^MirrorWorkflowStateMachine/) },
    });
  });
});

/** Stages that read the order alone. */
const takeUpNothing = ['Fetch', 'Bootloaders'];

const newObjects = () => ({
  Effect: 'Allow',
  Action: 's3:PutObject',
  Resource: below('WorkBucket', '/runs/*'),
  Condition: { Null: { 's3:if-none-match': 'false' } },
});

const kernels = ['Ga', 'Hwe'];
const logDelivery = ['Create', 'Get', 'Update', 'Delete', 'List']
  .map((verb) => `logs:${verb}LogDeliver${verb === 'List' ? 'ies' : 'y'}`)
  .concat('logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups')
  .join(',');

const lending = 'ec2:CreateNetworkInterfacePermission';
const interfaces = 'arn:aws:ec2:region:accountid:network-interface/*';
const buildNetwork = [
  ...['CreateNetworkInterface', 'DescribeDhcpOptions', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'],
  ...['DescribeSubnets', 'DescribeSecurityGroups', 'DescribeVpcs'],
]
  .map((action) => `ec2:${action}`)
  .join(',');
const functionNetwork = [
  ...['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface'],
  ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
]
  .map((action) => `ec2:${action}`)
  .join(',');

function everyTemplate(): Template {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack');
  new MaasMirror(stack, 'Mirror', everyProp(stack));
  return Template.fromStack(stack);
}

/** `Fetch: s3:GetObject: WorkBucket/runs/*` of all that has a star. */
function starredIn(made: Template): string[] {
  const found = Object.keys(made.findResources('AWS::IAM::Role')).flatMap((id) =>
    statementsOf(made, new RegExp(`^${id}$`)).flatMap(({ Action, Resource }) =>
      [Resource].flat().flatMap((one) => (spelt(one).includes('*') ? [`${short(id)}: ${Action}: ${spelt(one)}`] : [])),
    ),
  );
  return [...new Set(found)].sort();
}

/** What a role may do an action with. */
function resourcesOf(role: RegExp, action: string): string[] {
  return on(role)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat().map(spelt));
}

/** Without the role. */
const nameless = (starred: string) => starred.replace(/^\w+: /, '');

const mentions = ({ Resource }: Statement, bucket: string) => JSON.stringify(Resource).includes(`"Mirror${bucket}`);

const below = (bucket: string, path: string) => ({
  'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringContaining(bucket), 'Arn'] }, path]],
});

/** `MirrorFetchRole6E1BDA85` → `Fetch` */
const short = (id: string) => id.replace(/^Mirror(?=[A-Z])/, '').replace(/(Role)?[0-9A-F]{8}$/, '');

/** A resource in a line, other resources by their short names. */
function spelt(resource: unknown): string {
  if (typeof resource === 'string') return resource;
  const [[name, argument] = []] = Object.entries(resource as Record<string, unknown>);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(spelt).join('');
  const id = String(Array.isArray(argument) ? argument[0] : argument);
  if (id === 'AWS::Partition') return 'aws';
  return id.startsWith('AWS::') ? id.slice('AWS::'.length).toLowerCase() : short(id);
}
