import { Agent } from 'node:http';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { CloudFrontKeyValueStoreClient, GetKeyCommand } from '@aws-sdk/client-cloudfront-keyvaluestore';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { App, LegacyStackSynthesizer, Stack } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runAccessAdd } from '../../bin/commands/access/add';
import { runAccessList } from '../../bin/commands/access/list';
import { runAccessRevoke } from '../../bin/commands/access/revoke';
import { runVerify } from '../../bin/commands/reading/verify';
import { MirrorSite, type MirrorSiteProps } from '../../lib';
import { requireStack } from '../../lib/cloud/stack-outputs';
import { optionalStackOutputs, outputOf, stackOutputs } from '../../lib/job/aws/stack-outputs';
import { keptTerminal } from '../bin/terminal/kept-terminal';
import { cloudFront } from '../fixtures/aws/cloudfront';
import { makeSmallMirror, smallSigner } from '../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { deployedViewerRequest } from './deployed-viewer-request';
import { type MiniStack, startMiniStack } from './mini-stack';

let emulator: MiniStack;
let cloudformation: CloudFormationClient;
beforeAll(async () => {
  emulator = await startMiniStack();
  for (const [name, value] of Object.entries(emulator.env)) vi.stubEnv(name, value);
  cloudformation = new CloudFormationClient();
});
afterAll(async () => {
  cloudformation?.destroy();
  vi.unstubAllEnvs();
  await emulator?.[Symbol.asyncDispose]();
});

/** Deploys a stack that holds a site and nothing else. */
async function deploySite(name: string, props: MirrorSiteProps): Promise<Record<string, string>> {
  const stack = new Stack(new App({ analyticsReporting: false }), name, { synthesizer: new LegacyStackSynthesizer() });
  new MirrorSite(stack, 'Site', props);
  const template = (stack.node.root as App).synth().getStackByName(name).template as object;
  await cloudformation.send(new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template) }));
  await waitUntilStackCreateComplete(waiting, { StackName: name });
  return { ...(await requireStack(cloudformation, name)).outputs };
}

const waiting = {
  get client() {
    return cloudformation;
  },
  maxWaitTime: 60,
  minDelay: 1,
  maxDelay: 1,
};

/** The SDK puts the account before the host's name, which no resolver knows. */
const openStore = () =>
  new CloudFrontKeyValueStoreClient({
    requestHandler: {
      httpAgent: new Agent({ lookup: (_, __, found) => found(null, [{ address: '127.0.0.1', family: 4 }]) }),
    },
    endpoint: emulator.url.replace('127.0.0.1', 'localhost'),
  });

/** As CloudFront spreads them to its edge. */
async function itemsOf(arn: string, names: readonly string[]): Promise<Map<string, string>> {
  const client = openStore();
  const items = new Map<string, string>();
  for (const name of names) {
    const { Value = '' } = await client.send(new GetKeyCommand({ KvsARN: arn, Key: name }));
    items.set(name, Value);
  }
  client.destroy();
  return items;
}

async function bucketNames(): Promise<(string | undefined)[]> {
  const client = new S3Client();
  const { Buckets = [] } = await client.send(new ListBucketsCommand());
  client.destroy();
  return Buckets.map(({ Name }) => Name);
}

describe('a deployed site', () => {
  it('lets sites read by the passwords that access makes', async () => {
    const stack = 'SiteWithPasswords';
    const outputs = await deploySite(stack, { basicAuth: true });
    const arn = outputOf(outputs, optionalStackOutputs.credentialsStoreArn) ?? '';
    expect(outputOf(outputs, stackOutputs.mirrorUrl)).toMatch(/^https:\/\/\w+\.cloudfront\..*\/$/);

    const added = keptTerminal();
    await runAccessAdd({ stack, site: 'lab', json: true }, added, openStore);
    await runAccessAdd({ stack, site: 'other' }, keptTerminal(), openStore);
    const { password } = JSON.parse(added.outLines.join('\n')) as { password: string };

    const mirror = await makeSmallMirror(temporaryFolder(), { signer: await smallSigner() });
    await using site = await cloudFront(mirror, {
      code: await deployedViewerRequest(emulator, stack),
      credentials: await itemsOf(arn, ['lab']),
    });
    const address = `${site.address.replace('//', `//lab:${password}@`)}candidate/`;
    expect(await runVerify({ mirror: address }, keptTerminal())).toBe(0);
    await expect(runVerify({ mirror: address.replace(password, 'x') }, keptTerminal())).rejects.toThrow(/returned 401/);

    await runAccessRevoke({ stack, site: 'lab' }, keptTerminal(), openStore);
    const listed = keptTerminal();
    await runAccessList({ stack, json: true }, listed, openStore);
    expect(JSON.parse(listed.outLines.join('\n'))).toMatchObject({ sites: [{ name: 'other' }] });
    await expect(runAccessRevoke({ stack, site: 'lab' }, keptTerminal(), openStore)).rejects.toMatchObject({
      name: 'NoSuchObject',
    });
  });

  it('leaves its bucket when it goes', async () => {
    const stack = 'SiteThatGoes';
    await deploySite(stack, {});
    const before = await bucketNames();
    await cloudformation.send(new DeleteStackCommand({ StackName: stack }));
    await waitUntilStackDeleteComplete(waiting, { StackName: stack });

    await expect(cloudformation.send(new DescribeStacksCommand({ StackName: stack }))).rejects.toThrow(
      /does not exist/,
    );
    expect(before.length).toBeGreaterThan(0);
    expect(await bucketNames()).toEqual(before);
  });
});
