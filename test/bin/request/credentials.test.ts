import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCloudBuild } from '../../../bin/build/in-cloud';
import { runBuild } from '../../../bin/build/on-this-machine';
import { fromFolder, withCredentials } from '../../../bin/request/credentials';
import { requestsFrom } from '../../../bin/request/requests-from';
import { BuildRequest } from '../../../lib/job/build-request';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { wellBuild } from '../../fixtures/aws/scripted-builds';
import { smallDeployment, stackName } from '../../fixtures/aws/small-deployment';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

const one = stanzaAt('https://one.example/ubuntu');
const two = stanzaAt('https://two.example:8443/x', 'https://Three.example/y');

function written(name: string, text: string, mode = 0o600, folder = temporaryFolder()): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

const misuse = (message: RegExp) =>
  expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringMatching(message) });

describe('--credentials HOST=NAME', () => {
  it('goes to the repository that has the host', () => {
    expect(withCredentials([one, two], ['two.example:8443=b'])).toEqual([one, { repository: two, credentials: 'b' }]);
    expect(withCredentials([one, two], ['THREE.example=/etc/b=c', 'one.example=arn:aws:x'])).toEqual([
      { repository: one, credentials: 'arn:aws:x' },
      { repository: two, credentials: '/etc/b=c' },
    ]);
    expect(withCredentials([one, stanzaAt('https://[2001:db8::1]/x')], ['[2001:db8::1]=c'])).toHaveLength(2);
  });

  it.each([
    ['a host that no repository has', ['four.example=b'], /names four\.example, but no --repository is on this host/],
    ['a port that none has', ['two.example=b'], /names two\.example, but no/],
    ['one host twice', ['one.example=a', 'one.example=b'], /names one\.example twice/],
    ['two for one repository', ['three.example=a', 'two.example:8443=b'], /has two credentials/],
    ['other words', ['robot:hush-hush-42'], /^--credentials is not of the form HOST=NAME$/],
    ['no name', ['one.example='], /^--credentials is not of the form HOST=NAME$/],
  ])('refuses %s', (_, given, message) => {
    expect(() => withCredentials([one, two], given)).toThrow(misuse(message));
  });

  it('is part of the order', () => {
    const [request] = requestsFrom(
      ['noble'],
      { repository: [written('a.sources', one)], credentials: ['one.example=secret'], ppa: ['o/n'] },
      'x86_64',
    );
    expect(request?.customise?.repositories).toEqual(['ppa:o/n', { repository: one, credentials: 'secret' }]);
    expect(() => requestsFrom(['bootloaders'], { credentials: ['a=b'] }, 'x86_64')).toThrow(
      misuse(/bootloaders alone/),
    );
    expect(() => requestsFrom([], { config: 'x.yaml', credentials: ['a=b'] }, 'x86_64')).toThrow(
      misuse(/--credentials cannot be used with/),
    );
  });

  it('is relative to where it was typed', () => {
    const request = BuildRequest.parse({
      ...{ release: 'noble', architectures: ['amd64'] },
      customise: {
        repositories: [
          'ppa:o/n',
          { repository: one, credentials: 'keys/one' },
          { repository: two, credentials: '/two' },
        ],
      },
    });
    expect(fromFolder(request, '/etc/mirror').customise?.repositories).toEqual([
      'ppa:o/n',
      { repository: one, credentials: '/etc/mirror/keys/one' },
      { repository: two, credentials: '/two' },
    ]);
  });
});

describe('a build on this machine', () => {
  it.each([
    ['are readable by others', 'robot:hush-hush-42\n', 0o640, 'KeyExposed'],
    ['hold something else', 'hush-hush-42\n', 0o600, 'BadInput'],
  ])('refuses credentials that %s, before anything is made', async (_, text, mode, name) => {
    const folder = temporaryFolder();
    const repository = [written('a.sources', one)];
    const options = { mirror: join(folder, 'none/mirror'), repository };
    const credentials = [`one.example=${written('one', text, mode)}`];

    const refused = runBuild(['noble'], { ...options, credentials }, keptTerminal());

    await expect(refused).rejects.toMatchObject({ name, message: expect.not.stringContaining('hush') });
  });

  it('refuses a repository whose key cannot be read, before anything is made', async () => {
    const folder = temporaryFolder();
    const repository = [written('a.sources', one.replace('mDMEawwS', '????'))];
    const refused = runBuild(['noble'], { mirror: join(folder, 'none/mirror'), repository }, keptTerminal());
    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining('the key of https://one.example/ubuntu cannot be read'),
    });
  });

  it('gives each stanza of a file the credentials of its host, and to no other', () => {
    const [request] = requestsFrom(
      ['noble'],
      { repository: [written('a.sources', `# a vendor's\n\n${one}\n${two}`)], credentials: ['one.example=secret'] },
      'x86_64',
    );
    expect(request?.customise?.repositories).toEqual([{ repository: one, credentials: 'secret' }, two]);
    const both = { repository: `${one}\n${two}`, credentials: 'secret' };
    expect(() =>
      BuildRequest.parse({ release: 'noble', architectures: ['amd64'], customise: { repositories: [both] } }),
    ).toThrow('one set of credentials is given for 2 stanzas');
  });

  it('finds the files that mirror.yaml names beside it', async () => {
    const folder = temporaryFolder();
    const views = {
      a: { releases: ['noble'], customise: { repositories: [{ repository: one, credentials: 'one' }] } },
    };
    const config = written('mirror.yaml', JSON.stringify({ views }), 0o644, folder);

    const refused = runBuild([], { mirror: join(folder, 'mirror'), config }, keptTerminal());

    await expect(refused).rejects.toMatchObject({
      name: 'BadInput',
      message: expect.stringContaining(`the credentials file ${join(folder, 'one')} cannot be read`),
    });
  });
});

describe('a build by a deployed stack', () => {
  it('refuses a password in an address before it asks AWS for anything', async () => {
    const aws = await smallDeployment({ noble: wellBuild() });
    const hush = 'https://robot:hush-hush-42@x.example/ubuntu';
    const repository = [written('a.sources', stanzaAt(hush))];
    for (const options of [{ repository }, { archive: hush }, { proxy: hush }, { stream: hush }, { ppas: hush }]) {
      const refused = runCloudBuild(['noble'], { stack: stackName, ...options }, keptTerminal());
      await expect(refused).rejects.toMatchObject({
        name: 'BadInput',
        message: expect.stringMatching(/^--\w+ has https:\/\/x\.example\/ubuntu with a user or password in the URL$/),
        hint: expect.stringContaining('credentials'),
      });
    }
    expect(aws.requests).toEqual([]);
  });

  it('hands on the name of a secret as it was typed', async () => {
    const aws = await smallDeployment({ noble: wellBuild() });
    const repository = [written('a.sources', one)];
    const options = { stack: stackName, bootloaders: false, everySeconds: 0.01, repository };

    await runCloudBuild(['noble'], { ...options, credentials: ['one.example=ppa/next'] }, keptTerminal());

    expect(aws.started.map(({ input }) => input)).toMatchObject([
      { customise: { repositories: [{ repository: one, credentials: 'ppa/next' }] } },
    ]);
  });
});
