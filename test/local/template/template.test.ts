import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StateMachine } from 'aws-local-stepfunctions';
import { describe, expect, test } from 'vitest';
import { jobVariables } from '../../../lib/job/environment';
import { localDefinition } from '../../../lib/local/template/definition';
import { readAssembly } from '../../../lib/local/template/template';
import { synthesise } from '../../../lib/mirror/app';
import { packagePath } from '../../../lib/mirror/package-files';
import { buildCommands, buildState, invokeState, temporaryFolder, writeAssembly } from '../small-assembly';
import '../../fixtures/needs-seconds';

const definition = {
  StartAt: 'Plan',
  States: {
    Plan: invokeState('PlanFunction', {}, { Next: 'Fetch' }),
    Fetch: buildState('FetchProject', {}, { End: true }),
  },
};
const project = { buildspec: buildCommands('true'), source: { 'stage.js': '' } };

test('a template gives the definition with its references resolved', async () => {
  await using folder = await temporaryFolder();
  const path = await writeAssembly(folder.path, {
    definition,
    projects: { FetchProject: project },
    functions: { PlanFunction: '' },
  });

  expect(readAssembly(path).definition).toMatchObject({
    States: {
      Plan: { Resource: 'arn:aws:states:::lambda:invoke', Parameters: { FunctionName: 'arn:local:PlanFunction' } },
      Fetch: { Parameters: { ProjectName: 'FetchProject' } },
    },
  });
});

test('projects and functions are found by what the tasks call them, with their assets and variables', async () => {
  await using folder = await temporaryFolder();
  const path = await writeAssembly(folder.path, {
    definition,
    projects: {
      FetchProject: {
        ...project,
        variables: [{ Name: 'STORE', Type: 'PLAINTEXT', Value: { 'Fn::Join': ['', ['s3://', { Ref: 'Bucket' }]] } }],
        timeoutMinutes: 90,
      },
    },
    functions: { PlanFunction: '' },
    functionVariables: {
      STORE: { 'Fn::Sub': ['s3://${Bucket}/${Bucket.Arn}/${x}/${!x}', { x: { Ref: 'AWS::Region' } }] },
    },
    resources: { Bucket: { Type: 'AWS::S3::Bucket' } },
  });
  const { projects, functions } = readAssembly(path);

  expect(projects.get('FetchProject')).toMatchObject({
    name: 'FetchProject',
    environment: { STORE: 's3://Bucket' },
    source: join(folder.path, 'asset.FetchProject'),
    timeoutSeconds: 5400,
  });
  expect(functions.get('arn:local:PlanFunction')).toEqual({
    name: 'PlanFunction',
    folder: join(folder.path, 'asset.PlanFunction'),
    handler: 'index.handler',
    environment: { STORE: 's3://Bucket/arn:local:Bucket/local/${x}' },
  });
});

test('a project is called by its name where it has one', async () => {
  await using folder = await temporaryFolder();
  const Properties = {
    Name: { 'Fn::Join': ['-', ['my', 'fetch']] },
    Environment: {},
    Source: { BuildSpec: project.buildspec },
  };
  const path = await writeAssembly(folder.path, {
    definition,
    functions: { PlanFunction: '' },
    resources: { FetchProject: { Type: 'AWS::CodeBuild::Project', Properties } },
  });
  expect(readAssembly(path).projects.get('my-fetch')).toMatchObject({ name: 'my-fetch', source: undefined });
});

test('functions that the state machine does not call are left alone, whatever they are', async () => {
  await using folder = await temporaryFolder();
  const Properties = { Code: { ZipFile: 'print()' }, Handler: { 'Fn::FindInMap': ['a', 'b', 'c'] } };
  const path = await writeAssembly(folder.path, {
    definition,
    projects: { FetchProject: project },
    functions: { PlanFunction: '' },
    resources: { CustomResource: { Type: 'AWS::Lambda::Function', Properties } },
  });
  expect([...readAssembly(path).functions.keys()]).toEqual(['PlanFunction', 'arn:local:PlanFunction']);
});

test('refuses a template that is missing, or whose asset is', async () => {
  await using folder = await temporaryFolder();
  expect(() => readAssembly(join(folder.path, 'None.template.json'))).toThrow(
    expect.objectContaining({
      name: 'NoSuchObject',
      message: `${join(folder.path, 'None.template.json')} is missing`,
      hint: 'synthesise the app first',
    }),
  );
  const path = await writeAssembly(folder.path, {
    definition,
    projects: { FetchProject: project },
    functions: { PlanFunction: '' },
  });
  await rm(join(folder.path, 'asset.FetchProject'), { recursive: true });
  expect(() => readAssembly(path)).toThrow(
    expect.objectContaining({
      name: 'NoSuchObject',
      message: expect.stringMatching(/^the asset .*asset\.FetchProject is missing$/),
      hint: 'synthesise the app again',
    }),
  );
});

test.each([
  [
    'two state machines',
    { resources: { Other: { Type: 'AWS::StepFunctions::StateMachine' } } },
    'the template has 2 state machines (Machine, Other); expected one',
  ],
  [
    'no state machine',
    { resources: { Machine: { Type: 'AWS::SNS::Topic' } } },
    'the template has 0 state machines (); expected one',
  ],
  [
    'a definition that is no JSON',
    {
      resources: {
        Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { DefinitionString: '{'.repeat(200) } },
      },
    },
    `the definition of the state machine is not valid JSON: ${'{'.repeat(100)}`,
  ],
  [
    'a source that is no asset',
    {
      resources: {
        FetchProject: {
          Type: 'AWS::CodeBuild::Project',
          Properties: { Environment: {}, Source: { BuildSpec: project.buildspec, Location: 'bucket/other.zip' } },
        },
      },
    },
    'the asset manifest has no file with the key bucket/other.zip',
  ],
  [
    'a reference to nothing',
    { definition: { StartAt: '<Nothing>' } },
    'the template refers to "Nothing", which it does not define',
  ],
  [
    'a function of CloudFormation that nobody here knows',
    { functionVariables: { A: { 'Fn::ImportValue': 'x' } } },
    'the template uses Fn::ImportValue, which the local engine does not support',
  ],
  ['a list where a string belongs', { functionVariables: { A: ['x'] } }, 'the template has ["x"]; expected a string'],
])('refuses %s', async (_, wrong, message) => {
  await using folder = await temporaryFolder();
  const path = await writeAssembly(folder.path, {
    definition,
    projects: { FetchProject: project },
    functions: { PlanFunction: '' },
    ...wrong,
  });
  expect(() => readAssembly(path)).toThrow(expect.objectContaining({ name: 'BadFormat', message }));
});

test('refuses a template, and an asset manifest, that is no JSON', async () => {
  await using folder = await temporaryFolder();
  const path = await writeAssembly(folder.path, { definition });
  for (const name of ['Small.assets.json', 'Small.template.json']) {
    await writeFile(join(folder.path, name), '{');
    expect(() => readAssembly(path)).toThrow(
      expect.objectContaining({
        ...{
          name: 'BadFormat',
          message: `${join(folder.path, name)} is not valid JSON`,
          cause: expect.any(SyntaxError),
        },
      }),
    );
  }
});

test('a build may take an hour where its project does not say how long', async () => {
  await using folder = await temporaryFolder();
  const fetching = { StartAt: 'Fetch', States: { Fetch: definition.States.Fetch } };
  const path = await writeAssembly(folder.path, { definition: fetching, projects: { FetchProject: project } });
  expect(readAssembly(path).projects.get('FetchProject')).toMatchObject({ timeoutSeconds: 3600, environment: {} });
});

test('refuses a secret of a project, which this machine cannot read', async () => {
  await using folder = await temporaryFolder();
  const variables = [{ Name: 'KEY', Type: 'SECRETS_MANAGER', Value: 'x' }];
  const path = await writeAssembly(folder.path, {
    definition,
    projects: { FetchProject: { ...project, variables } },
    functions: { PlanFunction: '' },
  });
  expect(() => readAssembly(path)).toThrow(
    expect.objectContaining({
      name: 'NotSupported',
      message: 'KEY of project FetchProject comes from SECRETS_MANAGER, which the local engine does not support',
    }),
  );
});

describe('the template that ships with this package', () => {
  const shipped = readAssembly(packagePath('dist/local/MaasMirror.template.json'));

  test('is what the constructs of this package give', async () => {
    await using folder = await temporaryFolder();
    const { definition, projects, functions } = readAssembly(synthesise(folder.path));

    expect(shipped.definition).toEqual(definition);
    const without = (name: string) => (entries: ReadonlyMap<string, object>) =>
      [...entries].map(([key, entry]) => [key, { ...entry, [name]: undefined }]);
    expect(without('source')(shipped.projects)).toEqual(without('source')(projects));
    expect(without('folder')(shipped.functions)).toEqual(without('folder')(functions));
  });

  test('builds a kernel flavour that the catalogue does not have by a project that the plan tells of it', () => {
    const chooseFlavour = stateNamed('ChooseFlavour', shipped.definition);
    const extract = stateNamed(String(chooseFlavour?.Default), shipped.definition);

    expect(chooseFlavour?.Default).toBe('ExtractOther');
    const { EnvironmentVariablesOverride: variables } = extract?.Parameters ?? {};
    expect(variables).toContainEqual(expect.objectContaining({ Name: jobVariables.kernel, 'Value.$': '$.kernel' }));
    const known = stateNamed('ExtractHwe', shipped.definition);
    expect({ ...extract, Parameters: { ...extract?.Parameters, ProjectName: '' } }).toEqual({
      ...known,
      Parameters: { ...known?.Parameters, ProjectName: '' },
    });
    const projectOf = (state: State | undefined) => shipped.projects.get(String(state?.Parameters?.ProjectName));
    expect({ ...projectOf(extract), name: '' }).toEqual({ ...projectOf(known), name: '' });
    expect(projectOf(extract)?.name).not.toBe(projectOf(known)?.name);
  });

  test('names the bundles where they are, and copies none', () => {
    const assets = packagePath('dist/assets');

    expect(readdirSync(packagePath('dist/local')).sort()).toEqual([
      'MaasMirror.assets.json',
      'MaasMirror.template.json',
    ]);
    const sources = [...shipped.projects.values()].map(({ source }) => source);
    expect(new Set(sources)).toEqual(new Set([join(assets, 'stage')]));
    const folders = [...shipped.functions.values()].map(({ folder }) => folder);
    expect(new Set(folders)).toEqual(new Set([join(assets, 'functions')]));
  });

  test('is valid, so that nobody has to check it again', () => {
    const { definition } = localDefinition(shipped.definition);

    expect(() => new StateMachine(definition, { validationOptions: { checkArn: false } })).not.toThrow();
    const broken = { ...definition, StartAt: 'Nowhere' };
    expect(() => new StateMachine(broken, { validationOptions: { checkArn: false } })).toThrow(
      /Nowhere|not found|invalid/i,
    );
  });

  test('is understood: every task has its build or its function here', () => {
    const { tasks } = localDefinition(shipped.definition);
    expect(tasks.map(({ state }) => state)).toEqual(expect.arrayContaining(['Plan', 'Fetch', 'ExtractHwe', 'Publish']));
    for (const { source } of shipped.projects.values()) expect(readdirSync(source ?? '')).toContain('stage.js');
    for (const { folder: code, handler } of shipped.functions.values()) {
      expect(readdirSync(code)).toContain(handler.replace('.handler', '.js'));
    }
    const invoking = tasks.filter(({ resource }) => resource.endsWith('lambda:invoke')).map(({ state }) => state);
    expect(invoking.sort()).toEqual([
      'Conclude',
      'KeepFlavour',
      'Plan',
      'ProbeSigning',
      'Publish',
      'PublishBootloaders',
      'Select',
    ]);
  });
});

interface State {
  readonly Default?: string;
  readonly Parameters?: { readonly ProjectName?: unknown; readonly EnvironmentVariablesOverride?: unknown };
}

/** A state by its name, however deep it is. */
function stateNamed(name: string, within: unknown): State | undefined {
  if (typeof within !== 'object' || within === null) return undefined;
  const { States } = within as { readonly States?: Readonly<Record<string, State>> };
  if (States !== undefined && name in States) return States[name];
  for (const inner of Object.values(within)) {
    const found = stateNamed(name, inner);
    if (found !== undefined) return found;
  }
  return undefined;
}
