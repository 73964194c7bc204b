import { describe, expect, it } from 'vitest';
import { operateByStack } from '../../../lib/cloud/operations/operate-by-stack';
import type { OperationRequest } from '../../../lib/job/operations/operation';
import { operationNeeds } from '../../../lib/job/operations/operation';
import { type Answers, Fault, fakeAws, noStack, stackAnswer, Thrown } from '../../fixtures/aws/fake-aws';
import { outputs, stackName } from '../../fixtures/aws/small-deployment';

const functions = { MirrorPromoteFunctionName0A1B2C3D: 'Promote-1', MirrorOperateFunctionName0A1B2C3D: 'Operate-1' };
const outcome = {
  plan: 'p',
  at: '2026-11-30T10:15:00Z',
  views: [],
  remarks: [],
  followed: [],
  needs: [...operationNeeds],
};
const hold: OperationRequest = { does: 'hold', view: 'candidate', release: 'noble', architectures: [], flavours: [] };
const promote: OperationRequest = {
  ...{ does: 'promote', from: 'candidate', to: 'stable', require: [], architectures: [], flavours: [] },
};
const asked = (operation: OperationRequest) => ({
  ...{ operation, by: 'anna@ops1', dryRun: false, tool: '0.2.0', needs: [...operationNeeds] },
});

function deployed(Invoke: Answers[string] | object, more: Readonly<Record<string, string>> = functions) {
  return fakeAws({
    DescribeStacks: ({ StackName }) =>
      StackName === stackName ? stackAnswer(stackName, { ...outputs, ...more }) : noStack(StackName),
    Invoke: typeof Invoke === 'function' ? (Invoke as Answers[string]) : () => Invoke,
  });
}

describe('an operation of a stack', () => {
  it.each([
    [promote, 'Promote-1'],
    [hold, 'Operate-1'],
  ])('is called by the function that its permission is for, as it was asked: $does', async (operation, name) => {
    const { requests } = await deployed(outcome);

    expect(await operateByStack(asked(operation), stackName)).toEqual(outcome);
    expect(requests.at(-1)).toEqual({
      operation: 'Invoke',
      input: { FunctionName: name, Payload: asked(operation) },
    });
  });

  it('is asked for once, though the answer is lost: it may have been carried out', async () => {
    const { requests } = await deployed(new Fault('ServiceException', 'lost', 500));

    await expect(operateByStack(asked(hold), stackName)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: expect.stringContaining('cannot call the function Operate-1'),
    });
    expect(requests.filter((one) => one.operation === 'Invoke')).toHaveLength(1);
  });

  it('refuses an answer without content', async () => {
    await deployed({ toJSON: () => null });

    await expect(operateByStack(asked(hold), stackName)).rejects.toMatchObject({
      ...{ name: 'AwsFailed', message: 'the function Operate-1 failed: it answered nothing' },
    });
  });

  it('refuses what the function refuses, by the same name and exit code', async () => {
    const refused = { name: 'Held', message: 'stable holds noble', hint: 'unhold it first', misuse: false };
    await deployed({ refused });

    await expect(operateByStack(asked(promote), stackName)).rejects.toMatchObject(refused);
  });

  it.each([
    [
      {
        errorType: 'KeyUnusable',
        errorMessage: 'disabled',
        trace: ['KeyUnusable: disabled', '    at x', '  hint: enable it'],
      },
      { name: 'KeyUnusable', message: 'disabled', hint: 'enable it' },
    ],
    [
      { errorType: 'StoreFailed', errorMessage: 'S3 is down' },
      { name: 'StoreFailed', message: 'S3 is down', hint: undefined },
    ],
    [
      { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 900.00 seconds' },
      {
        ...{ name: 'AwsFailed', message: 'the function Operate-1 failed: Task timed out after 900.00 seconds' },
        hint: 'each view is either changed or unchanged: see maas-mirror history VIEW, and the log of the function in CloudWatch; run the same command again only for what is missing',
      },
    ],
  ])('refuses with what the function failed with: $errorType', async (error, expected) => {
    await deployed(new Thrown(error));

    await expect(operateByStack(asked(hold), stackName)).rejects.toMatchObject(expected);
  });

  it.each([
    [promote, { OperateFunctionName: 'o' }],
    [hold, { PromoteFunctionName: 'p' }],
    [hold, {}],
  ])('refuses a stack that has no such function: $does', async (operation, more) => {
    const { requests } = await deployed(outcome, more as Readonly<Record<string, string>>);

    await expect(operateByStack(asked(operation), stackName)).rejects.toMatchObject({
      name: 'BadFormat',
      message: `the stack ${stackName} was deployed by an older release, which has no operations`,
      hint: 'redeploy it with this version of maas-mirror: npx cdk deploy',
    });
    expect(requests.map((one) => one.operation)).toEqual(['DescribeStacks']);
  });

  it('refuses an answer with needs that it does not know, and says where to look', async () => {
    await deployed({ ...outcome, needs: ['operations', 'doomed'] });

    await expect(operateByStack(asked(hold), stackName)).rejects.toMatchObject({
      name: 'NotSupported',
      message: expect.stringMatching(/\(needs: doomed\); see the history of the view for what it did$/),
    });
  });

  it('refuses without the permission to call, and names what to ask for', async () => {
    await deployed(new Fault('AccessDeniedException', 'not authorized to perform: lambda:InvokeFunction', 403));

    await expect(operateByStack(asked(hold), stackName)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('refuses a stack that is not there', async () => {
    await deployed(outcome);

    await expect(operateByStack(asked(hold), 'Other')).rejects.toMatchObject({ name: 'NoSuchStack' });
  });
});
