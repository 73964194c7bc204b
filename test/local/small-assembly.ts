import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallProject {
  readonly buildspec: string;
  /** Variables of the project, as the template has them. */
  readonly variables?: readonly object[];
  /** Files of its source asset. @default - no source */
  readonly source?: Readonly<Record<string, string>>;
  readonly timeoutMinutes?: number;
}

export interface SmallAssembly {
  readonly definition: unknown;
  /** By logical id. */
  readonly projects?: Readonly<Record<string, SmallProject>>;
  /** Source of each function's index.js, by logical id. */
  readonly functions?: Readonly<Record<string, string>>;
  /** Variables of every function. */
  readonly functionVariables?: object;
  /** More resources. */
  readonly resources?: object;
}

/** A folder that is gone when its scope ends. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'local-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes a cloud assembly as the CDK does. @returns path of the template */
export async function writeAssembly(folder: string, assembly: SmallAssembly): Promise<string> {
  const files: Record<string, object> = {};
  const resources: Record<string, object> = {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { DefinitionString: joined(JSON.stringify(assembly.definition)) },
    },
  };
  for (const [id, project] of Object.entries(assembly.projects ?? {})) {
    if (project.source !== undefined) files[id] = await writeAsset(folder, id, project.source);
    resources[id] = projectResource(id, project);
  }
  for (const [id, code] of Object.entries(assembly.functions ?? {})) {
    files[id] = await writeAsset(folder, id, { 'index.js': code });
    resources[id] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: bucket, S3Key: `${id}.zip` },
        Handler: 'index.handler',
        Environment: { Variables: assembly.functionVariables ?? {} },
      },
    };
  }
  const template = join(folder, 'Small.template.json');
  await writeFile(template, JSON.stringify({ Resources: { ...resources, ...assembly.resources } }));
  await writeFile(join(folder, 'Small.assets.json'), JSON.stringify({ version: '55.0.0', files }));
  return template;
}

/** A task that builds a project; in the definition, `<Id>` and `<Id.Arn>` become references. */
export function buildState(project: string, variables: Readonly<Record<string, string>> = {}, more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:<AWS::Partition>:states:::codebuild:startBuild.sync',
    Parameters: {
      ProjectName: `<${project}>`,
      EnvironmentVariablesOverride: Object.entries(variables).map(([Name, value]) =>
        value.startsWith('$')
          ? { Name, Type: 'PLAINTEXT', 'Value.$': value }
          : { Name, Type: 'PLAINTEXT', Value: value },
      ),
    },
    ...more,
  };
}

export function invokeState(name: string, payload: object = { 'Payload.$': '$' }, more: object = {}) {
  return {
    Type: 'Task',
    Resource: 'arn:<AWS::Partition>:states:::lambda:invoke',
    Parameters: { FunctionName: `<${name}.Arn>`, ...payload },
    ...more,
  };
}

/** A buildspec whose build phase runs these commands. */
export function buildCommands(...commands: string[]): string {
  return JSON.stringify({
    version: '0.2',
    env: { 'exported-variables': ['RESULT'] },
    phases: { build: { commands } },
  });
}

const bucket = { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' };

function projectResource(id: string, { buildspec, variables, source, timeoutMinutes }: SmallProject): object {
  return {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Environment: { EnvironmentVariables: variables ?? [] },
      Source: {
        BuildSpec: buildspec,
        ...(source === undefined
          ? { Type: 'NO_SOURCE' }
          : { Type: 'S3', Location: { 'Fn::Join': ['', [bucket, `/${id}.zip`]] } }),
      },
      ...(timeoutMinutes === undefined ? {} : { TimeoutInMinutes: timeoutMinutes }),
    },
  };
}

async function writeAsset(folder: string, id: string, files: Readonly<Record<string, string>>): Promise<object> {
  await mkdir(join(folder, `asset.${id}`));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `asset.${id}`, name), text);
  return {
    source: { path: `asset.${id}`, packaging: 'zip' },
    destinations: { current: { bucketName: 'b', objectKey: `${id}.zip` } },
  };
}

/** Cuts a text into the parts of a Fn::Join, as the CDK does. */
function joined(text: string): object {
  const parts = text.split(/<([\w:.]+)>/).map((part, index) => {
    if (index % 2 === 0) return part;
    const [id, attribute] = part.split('.');
    return attribute === undefined ? { Ref: id } : { 'Fn::GetAtt': [id, attribute] };
  });
  return { 'Fn::Join': ['', parts] };
}
