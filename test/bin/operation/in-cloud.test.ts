import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { operateInCloud } from '../../../bin/operation/in-cloud';
import { MirrorError } from '../../../lib/errors';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { type Operation, type OperationRequest, operationNeeds } from '../../../lib/job/operations/operation';
import { contentOf } from '../../../lib/publication/next-content';
import { readView } from '../../../lib/publication/read-view';
import { makePrivateKey, openpgpSigner } from '../../../lib/simplestreams/openpgp/openpgp-signer';
import { openStore } from '../../../lib/store/open';
import { callDeployed } from '../../fixtures/aws/called-function';
import { Fault, fakeAws, noStack, stackAnswer, Thrown } from '../../fixtures/aws/fake-aws';
import { outputs, stackName } from '../../fixtures/aws/small-deployment';
import { makeSmallMirror, publicationTime } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-root';
import '../../fixtures/needs-seconds';

let key = '';
beforeAll(async () => {
  key = await makePrivateKey({ at: publicationTime, rsaBits: 2048 });
});

const scope = { architectures: [], flavours: [] };
const asked = (operation: OperationRequest, more: Partial<Operation> = {}): Operation => ({
  ...{ operation, by: 'anna@ops1', dryRun: false, tool: '0.2.0', needs: [...operationNeeds], ...more },
});
const promote: OperationRequest = { does: 'promote', from: 'candidate', to: 'stable', require: [], ...scope };

/** A stack whose functions are the bundles that are deployed, with a mirror in a folder. */
async function deployed() {
  const mirror = temporaryFolder();
  const keyFile = join(temporaryFolder(), 'key.asc');
  writeFileSync(keyFile, key, { mode: 0o600 });
  const signer = await openpgpSigner(key);
  await makeSmallMirror(mirror, { signer, versions: ['20261120.083000', '20261125.083000'] });
  const log: string[] = [];
  const variables = { [mirrorStoreVariable]: mirror, MIRROR_SIGNING_KEY: keyFile, MIRROR_STATE_MACHINE: 'arn:machine' };
  const call = (name: string, event: object) => callDeployed(name, event, variables, log);
  await fakeAws({
    DescribeStacks: ({ StackName }) =>
      StackName === stackName
        ? stackAnswer(stackName, { ...outputs, PromoteFunctionName: 'promote', OperateFunctionName: 'operate' })
        : noStack(StackName),
    Invoke: async ({ FunctionName, Payload }) => {
      try {
        return (await call(String(FunctionName), Payload as object)) as object;
      } catch (error) {
        if (!(error instanceof Error)) return new Fault('ServiceException', 'no error');
        const { name, message, stack = '' } = error;
        return new Thrown({ errorType: name, errorMessage: message, trace: stack.split('\n') });
      }
    },
  });
  const content = async (view: string) => {
    const store = await openStore(mirror);
    return contentOf(await readView(view, { mirror: store, signer }));
  };
  const terminal = keptTerminal();
  return {
    mirror,
    log,
    call,
    content,
    terminal,
    operate: (one: Operation) => operateInCloud(one, stackName, terminal),
  };
}

const versionsIn = ({ documents }: Awaited<ReturnType<Awaited<ReturnType<typeof deployed>>['content']>>) =>
  [...documents.values()].flatMap(({ products }) =>
    Object.values(products).map(({ versions }) => Object.keys(versions)),
  );

describe('operations of a deployed mirror', () => {
  it('are shown, carried out exactly by their plan, and leave the id of the request in the history', async () => {
    const { content, operate, mirror } = await deployed();

    const shown = await operate(asked(promote, { dryRun: true, reason: 'tested' }));
    expect(shown.views.map(({ view, moved }) => [view, moved])).toEqual([['stable', false]]);
    await expect(
      openStore(mirror).then((store) => store.read('stable/streams/v1/index.sjson')),
    ).resolves.toBeUndefined();

    const done = await operate(asked(promote, { plan: shown.plan, reason: 'tested' }));
    expect(done.plan).toBe(shown.plan);
    expect(done.views.map(({ view, moved }) => [view, moved])).toEqual([['stable', true]]);
    expect(versionsIn(await content('stable'))).toEqual([['20261125.083000'], ['20261125.083000']]);
    const history = readFileSync(join(mirror, 'stable', (await historyOf(mirror)) ?? ''), 'utf8');
    expect(JSON.parse(history).entries).toEqual([
      expect.objectContaining({
        ...{ what: 'promote', by: 'anna@ops1', reason: 'tested', request: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      }),
    ]);
  });

  it('refuses by name what operators decided, and counts it as no failure', async () => {
    const { operate, log, content } = await deployed();
    await operate(asked(promote));
    await operate(asked({ does: 'hold', view: 'stable', release: 'bookworm', ...scope }));

    const withdraw = {
      does: 'withdraw',
      view: 'candidate',
      release: 'bookworm',
      version: 'newest',
      allViews: false,
      ...scope,
    };
    await operate(asked(withdraw as OperationRequest, { reason: 'NIC driver lost' }));
    expect((await content('candidate')).state.withdrawals).toMatchObject([
      { by: 'anna@ops1', reason: 'NIC driver lost' },
    ]);

    const refused = operate(asked({ ...promote, to: 'other', waived: 'as asked' }));
    await expect(refused).rejects.toMatchObject({ name: 'Withdrawn', misuse: false });
    expect(log.filter((line) => line.includes('"refused"'))).toHaveLength(1);
    await expect(operate(asked({ ...promote, from: 'candidat' }))).rejects.toMatchObject({
      ...{ name: 'NoSuchView', misuse: true },
    });
  });

  it('refuses each function what the permission of the other is for', async () => {
    const { call } = await deployed();

    await expect(call('operate', asked(promote))).resolves.toMatchObject({
      refused: { name: 'BadInput', message: 'promote is not for the function Operate' },
    });
    await expect(
      call('promote', asked({ does: 'unhold', view: 'candidate', release: 'bookworm', ...scope })),
    ).resolves.toMatchObject({
      refused: { name: 'BadInput', message: 'unhold is not for the function Promote' },
    });
  });

  it('refuses the mirror of an older release until it is upgraded, which the same function does', async () => {
    const { mirror, operate } = await deployed();
    writeFileSync(join(mirror, 'format.json'), '{"format":1,"tool":"cdk-maas-mirror"}');
    await expect(operate(asked(promote))).rejects.toMatchObject({ name: 'NotSupported', misuse: false });
    await expect(operate(asked({ does: 'repair', upgrade: false }))).rejects.toMatchObject({ name: 'NotSupported' });

    await operate(asked({ does: 'repair', upgrade: true }));
    expect(JSON.parse(readFileSync(join(mirror, 'format.json'), 'utf8')).format).toBe(2);
    expect((await operate(asked(promote))).views).toMatchObject([{ view: 'stable', moved: true }]);
  });

  it('refuses the key of another mirror', async () => {
    const { mirror, operate } = await deployed();
    const other = await openpgpSigner(await makePrivateKey({ at: publicationTime, rsaBits: 2048 }));
    writeFileSync(join(mirror, 'keyring.gpg'), other.keyring);

    await expect(operate(asked(promote))).rejects.toMatchObject({ name: 'BadSignature' });
  });

  it('says how many lines an answer has no room for', async () => {
    await fakeAws({
      DescribeStacks: () => stackAnswer(stackName, { ...outputs, OperateFunctionName: 'operate' }),
      Invoke: () => ({ plan: 'p', views: [{ view: 'stable', lines: [], more: 5000, moved: true }], needs: [] }),
    });
    const terminal = keptTerminal();

    await operateInCloud(asked({ does: 'unhold', view: 'stable', release: 'noble', ...scope }), stackName, terminal);
    expect(terminal.errLines).toEqual(['stable: 5000 more lines, for which the answer has no room']);
  });
});

describe('the schedule of a deployed mirror', () => {
  const digit = (one: string) => one.repeat(64);
  const stable = { name: 'stable', promote: { from: 'candidate', require: [] }, configured: digit('a') };

  it('fills views by promotion and by their settings, and measures them', async () => {
    const { call, content, log } = await deployed();
    const lab = { name: 'manual', configured: digit('b') };

    expect(await call('promote', { views: [stable, lab], at: '2026-11-30T10:00:00Z' })).toEqual({
      ...{ changed: ['stable'], refused: [], waiting: [] },
    });
    expect(versionsIn(await content('stable'))).toEqual([['20261125.083000'], ['20261125.083000']]);
    const measured = log.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line));
    expect(measured).toEqual([
      expect.objectContaining({ StateMachineArn: 'arn:machine', View: 'stable', Release: 'bookworm', StandsStill: 0 }),
    ]);
    expect(measured[0]._aws).toMatchObject({
      Timestamp: Date.parse('2026-11-30T10:00:00Z'),
      CloudWatchMetrics: [
        {
          Dimensions: [
            ['StateMachineArn', 'View', 'Release'],
            ['StateMachineArn', 'View'],
          ],
        },
      ],
    });
  });

  it('measures holds without an end, of every view', async () => {
    const { call, operate, log } = await deployed();
    await operate(asked({ does: 'hold', view: 'candidate', release: 'bookworm', ...scope }));

    await call('promote', { views: [stable], at: '2026-11-30T10:00:00Z' });
    const held = log.filter((line) => line.includes('HeldDays')).map((line) => JSON.parse(line));
    expect(held).toMatchObject([{ View: 'candidate', Release: 'bookworm', HeldDays: expect.any(Number) }]);
    expect(held[0]._aws.CloudWatchMetrics[0].Dimensions).toEqual([
      ['StateMachineArn', 'View', 'Release'],
      ['StateMachineArn'],
    ]);
  });

  it('leaves a view alone that is held, without a failure, and lets a site follow it', async () => {
    const { call, operate, content } = await deployed();
    await operate(asked({ ...promote, to: 'stable' }));
    await operate(asked({ does: 'hold', view: 'stable', release: 'bookworm', ...scope }));
    const lab = { name: 'lab', select: [{ from: 'stable' }], configured: digit('d') };
    const filled = () => call('promote', { views: [stable, lab], at: '2026-11-30T10:00:00Z' });

    expect(await filled()).toMatchObject({ changed: expect.arrayContaining(['stable', 'lab']) });
    expect((await content('stable')).state).toMatchObject({
      configured: digit('a'),
      source: { promote: { from: 'candidate' } },
    });
    expect(versionsIn(await content('lab'))).toEqual(versionsIn(await content('stable')));
    expect(await filled()).toMatchObject({ changed: [] });
  });

  it('lets a view wait for a release that its source does not have yet, without a failure', async () => {
    const { call } = await deployed();
    const lab = { name: 'lab', select: [{ from: 'candidate', releases: ['jammy'] }], configured: digit('d') };

    expect(await call('promote', { views: [lab], at: '2026-11-30T10:00:00Z' })).toMatchObject({
      ...{ changed: [], refused: [], waiting: [expect.stringMatching(/^lab: .*jammy/)] },
    });
  });

  it('refuses an input that is not from this release', async () => {
    const { call } = await deployed();

    await expect(call('promote', { views: [{ name: 'stable' }], at: 'now' })).rejects.toMatchObject({
      ...{ name: 'BadInput', message: expect.stringMatching(/^the input of Promote is not valid: /) },
    });
  });

  it('fails where a view cannot be filled for another reason than a decision, after the others', async () => {
    const { call, content } = await deployed();
    const ofBuilt = { name: 'candidate', promote: { from: 'stable', require: [] }, configured: digit('c') };

    await expect(call('promote', { views: [stable, ofBuilt], at: '2026-11-30T10:00:00Z' })).rejects.toSatisfy(
      (error) => error instanceof MirrorError && /candidate \(/.test(error.message),
    );
    expect(versionsIn(await content('stable'))).toHaveLength(2);
  });
});

async function historyOf(mirror: string): Promise<string | undefined> {
  const store = await openStore(mirror);
  const index = (await store.read('stable/streams/v1/index.sjson'))?.bytes.toString() ?? '';
  const [, state = ''] = /"state": "([^"]+)"/.exec(index) ?? [];
  return JSON.parse((await store.read(`stable/${state}`))?.bytes.toString() ?? '{}').history?.path;
}
