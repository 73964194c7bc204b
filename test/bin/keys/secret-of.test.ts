import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretsFor } from '../../../bin/keys/secret-of';
import { stateMachineVariable, workStoreVariable } from '../../../lib/job/environment';
import { mirrorStoreVariable } from '../../../lib/job/execution-names';
import { openMirrorDirectory } from '../../../lib/store/open';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { callDeployed } from '../../fixtures/aws/called-function';
import { Fault, fakeAws } from '../../fixtures/aws/fake-aws';
import { stateMachineArn } from '../../fixtures/aws/small-deployment';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const text = 'robot:hush-hush-42';

describe('the name of credentials', () => {
  it('is that of a secret where stages run in AWS, which is asked for once', async () => {
    const aws = await fakeAws({ GetSecretValue: () => ({ SecretString: text }) });
    const secretOf = secretsFor('s3://work');

    expect(await Promise.all([secretOf('ppa/next'), secretOf('ppa/next')])).toEqual([text, text]);
    expect(aws.requests).toEqual([{ operation: 'GetSecretValue', input: { SecretId: 'ppa/next' } }]);
  });

  it('is the path of a file on one machine, and AWS is not asked', async () => {
    const aws = await fakeAws({});
    const file = join(temporaryFolder(), 'ppa');
    writeFileSync(file, text);
    chmodSync(file, 0o600);

    expect(await secretsFor('/var/work')(file)).toBe(text);
    expect(aws.requests).toEqual([]);
  });

  it('refuses a secret that no view of the mirror names, and says where to name it', async () => {
    await fakeAws({ GetSecretValue: () => new Fault('AccessDeniedException', 'is not authorized to perform') });

    await expect(secretsFor('s3://work')('other')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('read the secret other'),
      hint: expect.stringContaining('add it to a view as credentials of the repository'),
    });
  });

  it('refuses a secret without a text', async () => {
    await fakeAws({ GetSecretValue: () => ({ SecretBinary: 'aGk=' }) });
    await expect(secretsFor('s3://work')('other')).rejects.toMatchObject({ name: 'BadInput' });
  });
});

describe('the functions that plan', () => {
  it.each(['plan', 'check-for-updates'])('read the credentials that an order names: %s', async (name) => {
    await fakeAws({});
    const folder = temporaryFolder();
    await openMirrorDirectory(join(folder, 'mirror'), { create: true });
    const stores = { [mirrorStoreVariable]: join(folder, 'mirror'), [workStoreVariable]: join(folder, 'work') };
    const credentials = join(folder, 'missing');
    const source = { uri: 'https://127.0.0.1:1/debian', suite: 'bookworm', components: ['main'], credentials };
    const request = { release: 'bookworm', architectures: ['amd64'], aptSources: [source] };
    const event = { request, execution: 'bookworm-1', at: '2026-11-25T06:17:00Z' };
    const { execution: _, ...forCheck } = event;
    const { at: __, ...forPlan } = event;

    const failed = callDeployed(name, name === 'plan' ? forPlan : forCheck, stores, []);

    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining(`the credentials file ${credentials} cannot be read`),
    });
  });
});

describe('the functions that plan in AWS', () => {
  const stores = { [mirrorStoreVariable]: 's3://mirror', [workStoreVariable]: 's3://work' };
  const variables = { ...stores, [stateMachineVariable]: stateMachineArn };
  const repositories = [stanzaAt(`https://${text}@private.example/ubuntu`)];
  const request = { release: 'noble', architectures: ['amd64'], customise: { repositories } };

  it.each([
    ['plan', { execution: 'noble-1' }],
    ['check-for-updates', { at: '2026-11-25T06:17:00Z' }],
  ])('refuse a folder of a machine before anything else: %s', async (name, event) => {
    const aws = await fakeAws({});
    const local = { release: 'noble', architectures: ['amd64'], sources: { archive: 'file:///srv/ubuntu' } };

    const refused = callDeployed(name, { request: local, ...event }, variables, []);

    await expect(refused).rejects.toMatchObject({
      ...{ name: 'BadInput', message: expect.stringMatching(/^sources\.archive has file:\/\/\/srv\/ubuntu, a folder/) },
    });
    expect(aws.requests).toEqual([]);
  });

  it.each([
    ['plan', { request, execution: 'noble-1' }],
    ['check-for-updates', { request, at: '2026-11-25T06:17:00Z' }],
  ])('refuse a password in an address before anything else: %s', async (name, event) => {
    const aws = await fakeAws({});

    const refused = callDeployed(name, event, variables, []);

    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringMatching(
        /repositories\.0 has https:\/\/private\.example\/ubuntu with a user or password in the URL/,
      ),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('hush') });
    expect(aws.requests).toEqual([]);
  });
});
