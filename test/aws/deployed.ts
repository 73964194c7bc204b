import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { BatchGetProjectsCommand, CodeBuildClient, type Project as DeployedProject } from '@aws-sdk/client-codebuild';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mirrorOf } from '../../lib/cloud/stack-outputs';
import type { StackOutputs } from '../../lib/job/aws/stack-outputs';
import { parseBuildspec } from '../../lib/local/template/buildspec';
import type { Assembly, LocalFunction, Project } from '../../lib/local/template/template';
import { run } from '../../lib/machine/run';
import { type MiniStack, startMiniStack } from './mini-stack';

const root = join(__dirname, '../..');

/** An emulated account with a bootstrapped CDK. */
export async function startAccount(folder: string): Promise<MiniStack> {
  const account = await startMiniStack();
  try {
    await cdk(account, folder, 'bootstrap', 'aws://000000000000/us-east-1');
    return account;
  } catch (error) {
    await account[Symbol.asyncDispose]();
    throw error;
  }
}

/** Runs the CDK's command line against an emulated account, as a user does in the folder of an app. */
export async function cdk({ env }: MiniStack, folder: string, ...words: string[]): Promise<string> {
  return run([process.execPath, join(root, 'node_modules/aws-cdk/bin/cdk'), ...words, '--ci', '--no-notices'], {
    cwd: folder,
    env: { ...(process.env as Record<string, string>), ...env },
    quiet: true,
  });
}

/** A folder with an app as the README describes one: a `mirror.yaml` beside a `cdk.json`. */
export function appFolder(folder: string, config: object): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'mirror.yaml'), JSON.stringify(config));
  const app = `${process.execPath} ${join(root, 'dist/bin/app.js')}`;
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Where the mirror of a stack is. */
export async function outputsOf({ env }: MiniStack, stack = 'MaasMirror'): Promise<StackOutputs> {
  return mirrorOf(new CloudFormationClient(clientSettings(env)), stack);
}

/**
 * What was deployed, read back from the account: the definition, the projects with their source bundles, the functions
 * with their code.
 * @param folder an empty one, for bundles
 */
export async function deployedAssembly(
  account: MiniStack,
  { stateMachineArn }: StackOutputs,
  folder: string,
): Promise<Assembly> {
  const sfn = new SFNClient(clientSettings(account.env));
  const { definition = '' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const names = (pattern: RegExp) => [...new Set([...definition.matchAll(pattern)].map(([, name = '']) => name))];
  const projects = await projectsOf(account, names(/"ProjectName":"([^"]+)"/g), folder);
  const functions = await Promise.all(
    names(/"FunctionName":"([^"]+)"/g).map(async (name) => [name, await functionOf(account, name, folder)] as const),
  );
  return { definition: JSON.parse(definition), projects, functions: new Map(functions) };
}

/** A function that was deployed, by the beginning of its logical id. */
export async function deployedFunction(account: MiniStack, logicalId: string, folder: string): Promise<LocalFunction> {
  const cloudformation = new CloudFormationClient(clientSettings(account.env));
  const command = new DescribeStackResourcesCommand({ StackName: 'MaasMirror' });
  const { StackResources = [] } = await cloudformation.send(command);
  const found = StackResources.find(
    (one) => one.ResourceType === 'AWS::Lambda::Function' && one.LogicalResourceId?.startsWith(logicalId),
  );
  return functionOf(account, found?.PhysicalResourceId ?? '', folder);
}

async function projectsOf({ env }: MiniStack, names: string[], folder: string): Promise<Map<string, Project>> {
  const codebuild = new CodeBuildClient(clientSettings(env));
  const { projects = [] } = await codebuild.send(new BatchGetProjectsCommand({ names }));
  const bundles = new Map<string, Promise<string>>();
  const bundleAt = (location: string) => {
    const bundle = bundles.get(location) ?? unpackObject(env, location, join(folder, `bundle-${bundles.size}`));
    bundles.set(location, bundle);
    return bundle;
  };
  const entries = projects.map(
    async (project) =>
      [project.name ?? '', await projectOf(project, await bundleAt(project.source?.location ?? ''))] as const,
  );
  return new Map(await Promise.all(entries));
}

async function projectOf(
  { name = '', source, environment, timeoutInMinutes = 60 }: DeployedProject,
  bundle: string,
): Promise<Project> {
  return {
    name,
    buildspec: parseBuildspec(source?.buildspec ?? '', `the buildspec of ${name}`),
    environment: Object.fromEntries(
      (environment?.environmentVariables ?? []).map((one) => [one.name ?? '', one.value ?? '']),
    ),
    source: bundle,
    timeoutSeconds: timeoutInMinutes * 60,
  };
}

/** There is no Lambda client among our dependencies, and the emulator checks no signatures. */
async function functionOf({ url }: MiniStack, arn: string, folder: string): Promise<LocalFunction> {
  const name = arn.split(':').at(-1) ?? arn;
  const response = await fetch(`${url}/2015-03-31/functions/${name}`, { headers: authorization });
  const { Configuration, Code } = (await response.json()) as DeployedFunction;
  const zip = Buffer.from(await (await fetch(Code.Location, { headers: authorization })).arrayBuffer());
  return {
    name,
    folder: await unpack(zip, join(folder, name)),
    handler: Configuration.Handler,
    environment: Configuration.Environment?.Variables ?? {},
  };
}

interface DeployedFunction {
  readonly Configuration: {
    readonly Handler: string;
    readonly Environment?: { readonly Variables?: Record<string, string> };
  };
  readonly Code: { readonly Location: string };
}

const authorization = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0',
};

async function unpackObject(env: MiniStack['env'], location: string, folder: string): Promise<string> {
  const [Bucket = '', ...key] = location.replace(/^arn:aws:s3:::/, '').split('/');
  const s3 = new S3Client({ ...clientSettings(env), forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key.join('/') }));
  return unpack(Buffer.from((await Body?.transformToByteArray()) ?? []), folder);
}

async function unpack(zip: Buffer, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}.zip`, zip);
  await run(['python3', '-m', 'zipfile', '-e', `${folder}.zip`, folder], { quiet: true });
  return folder;
}

function clientSettings(env: MiniStack['env']) {
  return {
    endpoint: env.AWS_ENDPOINT_URL ?? '',
    region: env.AWS_REGION ?? '',
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  };
}
