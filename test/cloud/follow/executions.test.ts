import { describe, expect, it } from 'vitest';
import { openClients } from '../../../lib/cloud/clients';
import { runningOf, startExecution, startProbe, succeededSince } from '../../../lib/cloud/follow/executions';
import { BuildRequest } from '../../../lib/job/build-request';
import { executionName } from '../../../lib/job/execution-names';
import { environment, Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import '../../fixtures/needs-seconds';

const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:Mirror';
const at = new Date('2026-11-25T10:00:00Z');
const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'] });
const name = executionName(request, at);

async function start(wanted: BuildRequest = request) {
  using clients = openClients();
  return await startExecution(clients.sfn, { stateMachineArn, request: wanted, at });
}

const started = ({ name: given }: Readonly<Record<string, unknown>>) => ({
  executionArn: `arn:aws:states:eu-west-1:123456789012:execution:Mirror:${given}`,
  startDate: at.getTime() / 1000,
});

describe('an execution', () => {
  it('is started with the order as its input, under the name of the order', async () => {
    const aws = await fakeAws({ StartExecution: started });

    expect(await start()).toEqual({ name, arn: `arn:aws:states:eu-west-1:123456789012:execution:Mirror:${name}` });
    const [{ input } = { input: {} }] = aws.requests;
    expect(input).toEqual({ stateMachineArn, name, input: JSON.stringify(request) });
  });

  it('gets a number where its name belongs to another, or to one that has ended', async () => {
    const taken = [name, `${name}-2`];
    await fakeAws({
      StartExecution: (input) =>
        taken.includes(String(input.name))
          ? new Fault('ExecutionAlreadyExists', `${input.name} exists`)
          : started(input),
    });

    expect((await start()).name).toBe(`${name}-3`);
  });

  it('is started once, though AWS wants to be asked again', async () => {
    let times = 0;
    const aws = await fakeAws({
      StartExecution: (input) => (++times < 3 ? new Fault('ThrottlingException', 'Rate exceeded') : started(input)),
    });

    expect((await start()).name).toBe(name);
    expect(aws.requests.map(({ input }) => input.name)).toEqual([name, name, name]);
  });

  it('refuses an order that AWS would not carry, without asking it', async () => {
    const aws = await fakeAws({ StartExecution: started });
    const ca = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(300_000)}`;

    await expect(start(BuildRequest.parse({ ...request, sources: { caData: ca } }))).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
      message: expect.stringMatching(/^the build request of noble has 300\d{3} bytes; AWS allows 261120$/),
      hint: 'keys of repositories, keyrings and certificates take most space: export only the signing keys, add PPAs by name, and include only the certificates that are needed',
    });
    expect(aws.requests).toEqual([]);
  });

  it('may have an order as long as AWS carries it, counted in bytes', async () => {
    await fakeAws({ StartExecution: started });
    const requested = (more: string) =>
      BuildRequest.parse({ ...request, sources: { caData: `-----BEGIN CERTIFICATE-----\né${more}` } });
    const left = 261_120 - Buffer.byteLength(JSON.stringify(requested('')));
    const longest = (more: number) => requested('A'.repeat(left + more));

    expect((await start(longest(0))).arn).toContain(':execution:');
    await expect(start(longest(1))).rejects.toMatchObject({ name: 'BadInput' });
  });

  it('refuses what AWS refuses, by its name', async () => {
    await fakeAws({ StartExecution: () => new Fault('InvalidName', 'because') });

    await expect(start()).rejects.toMatchObject({
      message: `cannot start the execution ${name}: the request to AWS failed: InvalidName: because`,
    });
  });
});

describe('an execution that only tries something', () => {
  it('goes by what it tries, with a number where that name is taken', async () => {
    const taken = ['probe-signing-20261125T100000'];
    const aws = await fakeAws({
      StartExecution: (input) =>
        taken.includes(String(input.name)) ? new Fault('ExecutionAlreadyExists', 'exists') : started(input),
    });
    using clients = openClients();
    const probe = await startProbe(clients.sfn, { stateMachineArn, target: 'signing', at });

    const probeName = 'probe-signing-20261125T100000-2';
    expect(probe).toEqual({
      name: probeName,
      arn: `arn:aws:states:eu-west-1:123456789012:execution:Mirror:${probeName}`,
    });
    expect(aws.requests.at(-1)?.input).toEqual({ stateMachineArn, name: probeName, input: '{"probe":"signing"}' });
  });
});

describe('an execution of the same order that runs', () => {
  const other = BuildRequest.parse({ ...request, view: 'next' });

  async function running(...pages: readonly (readonly string[] | undefined)[]) {
    const aws = await fakeAws({
      ListExecutions: ({ nextToken }) => {
        const page = Number(nextToken ?? 0);
        const executions = pages[page]?.map((each) => ({ name: each }));
        return { executions, ...(page + 1 < pages.length && { nextToken: String(page + 1) }) };
      },
    });
    using clients = openClients();
    return { found: await runningOf(clients.sfn, { stateMachineArn, request }), asked: aws.requests };
  }

  it('is found by its name on whatever page, among those that run', async () => {
    const { found, asked } = await running([executionName(other, at)], undefined, [`${name}-2`, name], [name]);

    expect(found).toBe(`${name}-2`);
    expect(asked.map(({ input }) => input)).toEqual([
      { stateMachineArn, statusFilter: 'RUNNING' },
      { stateMachineArn, statusFilter: 'RUNNING', nextToken: '1' },
      { stateMachineArn, statusFilter: 'RUNNING', nextToken: '2' },
    ]);
  });

  it('is none where others run, or none', async () => {
    expect((await running([executionName(other, at)])).found).toBeUndefined();
    expect((await running(undefined)).found).toBeUndefined();
  });
});

describe('a success since a time', () => {
  const hours = (count: number) => new Date(at.getTime() - count * 3_600_000);
  /** As ListExecutions tells of it. */
  const listed = (began: Date, of = request) => ({ name: executionName(of, began), startDate: began.getTime() / 1000 });
  const other = BuildRequest.parse({ ...request, view: 'next' });

  /** Pages of executions that succeeded, the newest first. */
  async function succeeded(...pages: readonly (readonly object[])[]) {
    const aws = await fakeAws({
      ListExecutions: ({ nextToken }) => {
        const page = Number(nextToken ?? 0);
        return { executions: pages[page], ...(page + 1 < pages.length && { nextToken: String(page + 1) }) };
      },
    });
    using clients = openClients();
    const found = await succeededSince(clients.sfn, { stateMachineArn, request, since: hours(30) });
    return { found, asked: aws.requests.map(({ input }) => input) };
  }

  it('is found by the name of the order, and asked for as such', async () => {
    const { found, asked } = await succeeded([listed(hours(1), other), listed(hours(24.5)), listed(hours(26))]);

    expect(found).toBe(executionName(request, hours(24.5)));
    expect(asked).toEqual([{ stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: 1000 }]);
  });

  it('counts from that time on', async () => {
    expect((await succeeded([listed(hours(30))])).found).toBe(executionName(request, hours(30)));
    expect((await succeeded([listed(new Date(hours(30).getTime() - 1000))])).found).toBeUndefined();
  });

  it('is none where the order never succeeded, or another one did', async () => {
    expect((await succeeded([])).found).toBeUndefined();
    expect((await succeeded([listed(hours(1), other)])).found).toBeUndefined();
  });

  it('is looked for on the next page while that may hold it, and not beyond the time', async () => {
    const young = [listed(hours(1), other)];
    const { found } = await succeeded(young, [listed(hours(20))]);
    expect(found).toBe(executionName(request, hours(20)));

    const { asked } = await succeeded(young, [listed(hours(29), other), listed(hours(31), other)], [listed(hours(20))]);
    expect(asked.map(({ nextToken }) => nextToken)).toEqual([undefined, '1']);
  });

  it('is given up after ten pages', async () => {
    const { found, asked } = await succeeded(...Array.from({ length: 12 }, () => [listed(hours(1), other)]));

    expect(found).toBeUndefined();
    expect(asked).toHaveLength(10);
  });
});

describe('what AWS answers', () => {
  it.each([
    ['AccessDeniedException', 'AccessDenied', 'no permission to start the execution', /permission/],
    ['StateMachineDoesNotExist', 'AwsFailed', 'start the execution', /try again/],
    ['ExpiredTokenException', 'NoCredentials', 'credentials', /log in again/],
    ['UnrecognizedClientException', 'NoCredentials', 'credentials', /log in again/],
  ])('%s is told as %s, with what to do', async (fault, error, message, hint) => {
    await fakeAws({ StartExecution: () => new Fault(fault, 'because') });

    await expect(start()).rejects.toMatchObject({
      name: error,
      message: expect.stringMatching(new RegExp(`${message}.*${fault}: because`)),
      hint: expect.stringMatching(hint),
    });
  });

  it('names the profile whose credentials do not count', async () => {
    await fakeAws({ StartExecution: () => new Fault('ExpiredTokenException', 'because') });
    environment({ AWS_PROFILE: 'nope', AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });

    await expect(start()).rejects.toMatchObject({
      name: 'NoCredentials',
      message: expect.stringMatching(/^AWS does not accept the credentials \(AWS_PROFILE=nope\): /),
    });
  });

  it('is not asked for without a region', async () => {
    await fakeAws({ StartExecution: started });
    environment({ AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_CONFIG_FILE: '/dev/null' });

    await expect(start()).rejects.toMatchObject({ name: 'WrongRegion', message: 'no AWS region is set' });
  });

  it('cannot be had where nobody listens', async () => {
    await fakeAws({});
    environment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });

    await expect(start()).rejects.toMatchObject({
      name: 'AwsFailed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
