import { describe, expect, it, vi } from 'vitest';
import { CredentialsStore, openKeyValueStore } from '../../../lib/cloud/access/credentials-store';
import { environment } from '../../fixtures/aws/fake-aws';
import { limitsOf } from '../../fixtures/aws/limits-of';
import { SmallKeyValueStore } from '../../fixtures/aws/small-key-value-store';

const now = new Date('2026-11-25T10:00:00Z');

async function opened() {
  const kept = await SmallKeyValueStore.start();
  return { kept, store: new CredentialsStore(kept.open(), kept.arn) };
}

describe('the sites that may read', () => {
  it('are listed by name with their times, whichever page they are on', async () => {
    const { store } = await opened();
    expect(await store.list()).toEqual([]);
    for (const name of ['c', 'a', 'd', 'b', 'e']) await store.add(name, `${name}-secret`, now);

    expect(await store.list()).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, since: '2026-11-25T10:00:00.000Z' })),
    );
  });

  it('may read from their addition until they are revoked, each by itself', async () => {
    const { kept, store } = await opened();
    await store.add('lab', 'secret', now);
    await store.add('other', 'secret', now);
    expect(kept.items.get('lab')).toMatch(/^sha256 [0-9a-f]{32} [0-9a-f]{64} 2026-11-25T10:00:00\.000Z$/);

    await store.revoke('lab');

    expect([...kept.items.keys()]).toEqual(['other']);
  });

  it('refuses one that may read already, whose password would be lost', async () => {
    const { kept, store } = await opened();
    await store.add('lab', 'secret', now);
    const before = kept.items.get('lab');

    await expect(store.add('lab', 'another', now)).rejects.toMatchObject({
      name: 'ObjectExists',
      message: 'lab already has access, and its password is not stored anywhere',
      hint: 'for a new password, add another name, change the URL in MAAS, then revoke the old name',
    });
    expect(kept.items.get('lab')).toBe(before);
  });

  it('refuses a name that an address cannot have, without asking AWS', async () => {
    const { kept, store } = await opened();

    await expect(store.add('a/b', 'secret', now)).rejects.toMatchObject({ name: 'BadInput' });
    expect(kept.requests).toEqual([]);
  });

  it('refuses to revoke one that may not read', async () => {
    const { store } = await opened();

    await expect(store.revoke('lab')).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: 'no site named "lab" has access',
      hint: 'list the sites that have access: maas-mirror access list',
    });
  });
});

describe('a change of them that another came before', () => {
  /** Somebody else changes the store before each of so many changes. */
  function others(kept: SmallKeyValueStore, times: number): void {
    let left = times;
    kept.beforeChange = () => {
      if (left-- > 0) kept.putByOther('other', `sha256 a b ${left}`);
    };
  }

  it('is tried five times', async () => {
    const { kept, store } = await opened();
    others(kept, 4);
    await store.add('lab', 'secret', now);
    expect(kept.requests.filter((request) => request === 'PUT lab')).toHaveLength(5);

    others(kept, 4);
    await store.revoke('lab');
    expect(kept.requests.filter((request) => request === 'DELETE lab')).toHaveLength(5);
    expect([...kept.items.keys()]).toEqual(['other']);
  });

  it.each([
    ['grant lab access', (store: CredentialsStore) => store.add('lab', 'secret', now), 'PUT lab'],
    ['revoke lab', (store: CredentialsStore) => store.revoke('lab'), 'DELETE lab'],
  ])('refuses to %s for the sixth time', async (what, change, request) => {
    const { kept, store } = await opened();
    if (request === 'DELETE lab') kept.items.set('lab', 'sha256 a b c');
    others(kept, Number.POSITIVE_INFINITY);

    await expect(change(store)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: expect.stringMatching(new RegExp(`^cannot ${what}: the request to AWS failed: ConflictException: `)),
    });
    expect(kept.requests.filter((each) => each === request)).toHaveLength(5);
  });

  it('is known by a failed pre-condition, too', async () => {
    const kept = await SmallKeyValueStore.start();
    const client = kept.open();
    const send = client.send.bind(client);
    const words = ['PreconditionFailed', 'Pre-condition failed'];
    const spy = vi.spyOn(client, 'send').mockImplementation(((command: { constructor: { name: string } }) => {
      if (command.constructor.name !== 'PutKeyCommand' || words.length === 0) return send(command as never);
      return Promise.reject(Object.assign(new Error(words.pop()), { name: 'ValidationException' }));
    }) as never);
    await new CredentialsStore(client, kept.arn).add('lab', 'secret', now);

    expect(spy.mock.calls.filter(([command]) => command.constructor.name === 'PutKeyCommand')).toHaveLength(3);
    expect([...kept.items.keys()]).toEqual(['lab']);
  });
});

describe('a store of passwords that is gone', () => {
  it.each([
    ['list the sites that have access', (store: CredentialsStore) => store.list()],
    ['grant lab access', (store: CredentialsStore) => store.add('lab', 'secret', now)],
    ['revoke lab', (store: CredentialsStore) => store.revoke('lab')],
  ])('refuses to %s', async (what, ask) => {
    const { kept } = await opened();
    const store = new CredentialsStore(kept.open(), kept.arn.replace('111', '222'));

    await expect(ask(store)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: `cannot ${what}: the request to AWS failed: ResourceNotFoundException: ResourceNotFoundException of the small store`,
    });
  });
});

it('the client of the service is of the region that the environment names, and gives up after a while', async () => {
  environment({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' });
  environment({ AWS_ENDPOINT_URL: 'http://localhost:1', AWS_MAX_ATTEMPTS: '1' });
  const { arn } = await SmallKeyValueStore.start();
  const client = openKeyValueStore();

  await expect(new CredentialsStore(client, arn).list()).rejects.toMatchObject({ name: 'AwsFailed' });
  expect(await client.config.region()).toBe('eu-west-1');
  expect(limitsOf(client)).toMatchObject({
    ...{ connectionTimeout: 5000, requestTimeout: 30_000 },
  });
});
