import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { expect, it, vi } from 'vitest';
import { openClients } from '../../lib/cloud/clients';
import { fakeAws } from '../fixtures/aws/fake-aws';
import { limitsOf } from '../fixtures/aws/limits-of';

const all = ({ cloudformation, sfn, codebuild, logs }: ReturnType<typeof openClients>) => [
  ...[cloudformation, sfn, codebuild, logs],
];

it('every service is asked six times, and not waited for without end', async () => {
  await fakeAws({});
  using clients = openClients();

  for (const client of all(clients)) {
    // The SDK knows its limits of time from the first request on; which one that is makes no difference.
    const send: (command: never) => Promise<unknown> = client.send.bind(client);
    await send(new DescribeStacksCommand({ StackName: 'a' }) as never).catch(() => {});
    expect(limitsOf(client)).toMatchObject({
      connectionTimeout: 5000,
      requestTimeout: 30_000,
    });
    expect(await client.config.maxAttempts()).toBe(6);
  }
});

it('no connection of theirs stays open once they are disposed of', () => {
  const clients = openClients();
  const closed = all(clients).map((client) => vi.spyOn(client, 'destroy'));

  clients[Symbol.dispose]();

  for (const destroy of closed) expect(destroy).toHaveBeenCalledOnce();
});
