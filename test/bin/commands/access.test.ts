import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { addAccess } from '../../../bin/commands/access';
import { runAccessAdd } from '../../../bin/commands/access/add';
import { runAccessList } from '../../../bin/commands/access/list';
import { runAccessRevoke } from '../../../bin/commands/access/revoke';
import { runVerify } from '../../../bin/commands/reading/verify';
import { viewerRequestCode } from '../../../lib/mirror/site/viewer-request';
import { cloudFront } from '../../fixtures/aws/cloudfront';
import { fakeAws, noStack, stackAnswer } from '../../fixtures/aws/fake-aws';
import { SmallKeyValueStore } from '../../fixtures/aws/small-key-value-store';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';
import '../../fixtures/needs-root';

const stack = 'Mirror';
const digits = '0A1B2C3D';

/** A deployed mirror that asks for passwords. */
async function deployed(url = 'https://images.example.com/') {
  const store = await SmallKeyValueStore.start();
  await fakeAws({
    DescribeStacks: ({ StackName }) =>
      StackName === stack
        ? stackAnswer(stack, {
            [`MirrorSiteMirrorUrl${digits}`]: url,
            [`MirrorSiteKeyringUrl${digits}`]: `${url}keyring.gpg`,
            [`MirrorSiteCredentialsStoreArn${digits}`]: store.arn,
          })
        : noStack(StackName),
  });
  return store;
}

/** Lets a site read. @returns what is printed as JSON */
async function added(store: SmallKeyValueStore, site: string, view?: string) {
  const terminal = keptTerminal();
  expect(await runAccessAdd({ stack, site, ...(view && { view }), json: true }, terminal, store.open)).toBe(0);
  return JSON.parse(terminal.outLines.join('\n')) as { password: string; url: string; commands: string[] };
}

/** What brings the keyring, into another file. */
function withoutSudo(command = '', file = ''): string {
  return command.replace(/^sudo /, '').replace(/-o \S+/, `-o ${file}`);
}

describe('letting a site read', () => {
  it('opens the mirror to the very address that it prints, until it is revoked', async () => {
    const folder = temporaryFolder();
    const mirror = await makeSmallMirror(folder, { signer: await smallSigner() });
    const credentials = new Map<string, string>();
    await using site = await cloudFront(mirror, { code: viewerRequestCode({ credentials: true }), credentials });
    const store = await deployed(site.address);
    const replicate = () => {
      credentials.clear();
      for (const [name, record] of store.items) credentials.set(name, record);
    };
    const { url, commands } = await added(store, 'lab-2');
    await added(store, 'other');
    replicate();

    const terminal = keptTerminal();
    expect(await runVerify({ mirror: url }, terminal)).toBe(0);
    expect(terminal.outLines[0]).toMatch(/^✓ candidate: 2 products/);
    await expect(runVerify({ mirror: url.replace('lab-2', 'other') }, keptTerminal())).rejects.toThrow(/returned 401/);
    const keyring = join(temporaryFolder(), 'keyring.gpg');
    const takeKeyring = async () => {
      const command = withoutSudo(commands[0], keyring);
      return (await execa('sh', ['-c', command], { reject: false })).exitCode;
    };
    expect(await takeKeyring()).toBe(0);
    expect(readFileSync(keyring)).toEqual(readFileSync(join(folder, 'keyring.gpg')));

    expect(await runAccessRevoke({ stack, site: 'lab-2' }, keptTerminal(), store.open)).toBe(0);
    replicate();
    await expect(runVerify({ mirror: url }, keptTerminal())).rejects.toThrow(/returned 401/);
    expect(await takeKeyring()).toBe(22);
    expect(readFileSync(keyring)).toEqual(readFileSync(join(folder, 'keyring.gpg')));
  });

  it('shows the password once, in the address and the commands for MAAS, and keeps a digest', async () => {
    const store = await deployed();
    const terminal = keptTerminal();

    expect(await runAccessAdd({ stack, site: 'lab', view: 'stable' }, terminal, store.open)).toBe(0);

    const [, password = ''] = /^password {5}([\w-]{32})$/.exec(terminal.outLines[1] ?? '') ?? [];
    const file = '/var/snap/maas/common/maas-mirror.gpg';
    expect(terminal.outLines.slice(2, -1)).toEqual([
      `boot source  https://lab:${password}@images.example.com/stable/`,
      'Install the keyring on every region controller:',
      `  sudo curl --fail -o ${file} https://lab:${password}@images.example.com/keyring.gpg`,
      'Then change the boot source that MAAS already has (`maas admin boot-sources read` shows its ID; docs/maas.md describes how to avoid an outage):',
      `  maas admin boot-source update ID url=https://lab:${password}@images.example.com/stable/ keyring_filename=${file}`,
      'To use it beside images.maas.io instead, see docs/maas.md',
    ]);
    expect(store.items.get('lab')).toMatch(/^sha256 [0-9a-f]{32} [0-9a-f]{64} 20\d\d-/);
    expect(store.items.get('lab')).not.toContain(password);
    expect(terminal.errLines).toEqual([]);
  });

  it('limits it to one view on request, and says so', async () => {
    const store = await deployed();
    const [terminal, asJson, listed] = [keptTerminal(), keptTerminal(), keptTerminal()];
    const limited = { stack, view: 'lab-2', onlyView: true };

    await runAccessAdd({ ...limited, site: 'lab' }, terminal, store.open);
    await runAccessAdd({ ...limited, site: 'other', json: true }, asJson, store.open);
    await added(store, 'free', 'lab-2');

    expect(terminal.outLines[0]).toMatch(/^lab has access to the view lab-2 only\. /);
    expect(JSON.parse(asJson.outLines.join('\n'))).toMatchObject({ site: 'other', views: ['lab-2'] });
    expect([...store.items].map(([name, record]) => [name, record.split(' ')[4]])).toEqual([
      ['lab', 'lab-2'],
      ['other', 'lab-2'],
      ['free', undefined],
    ]);
    await runAccessList({ stack }, listed, store.open);
    expect(listed.outLines.map((line) => line.split(/ +/).at(-1))).toEqual(['VIEW', 'all', 'lab-2', 'lab-2']);
  });

  it('makes another password for every site', async () => {
    const store = await deployed();

    expect((await added(store, 'a')).password).not.toBe((await added(store, 'b')).password);
  });

  it('tells of an address that MAAS has no room for', async () => {
    const store = await deployed(`https://${'a.'.repeat(60)}example.com/`);
    const terminal = keptTerminal();

    await runAccessAdd({ stack, site: 'a'.repeat(63) }, terminal, store.open);

    expect(terminal.errLines).toEqual([expect.stringMatching(/has 2\d\d characters, but MAAS allows 200/)]);
  });

  it('looks again where somebody else came between, and loses nothing', async () => {
    const store = await deployed();
    store.beforeChange = () => {
      store.beforeChange = () => {};
      store.putByOther('other', 'sha256 a b c');
    };

    await added(store, 'lab');

    expect([...store.items.keys()]).toEqual(['other', 'lab']);
    expect(store.requests.filter((request) => request === 'PUT lab')).toHaveLength(2);
  });

  it('refuses a name that somebody else took meanwhile', async () => {
    const store = await deployed();
    store.beforeChange = () => store.putByOther('lab', 'sha256 a b c');

    await expect(added(store, 'lab')).rejects.toMatchObject({ name: 'ObjectExists' });
    expect(store.items.get('lab')).toBe('sha256 a b c');
  });

  it('refuses to try for ever where others never end to change it', async () => {
    const store = await deployed();
    store.beforeChange = () => store.putByOther('other', 'sha256 a b c');

    await expect(added(store, 'lab')).rejects.toMatchObject({
      name: 'AwsFailed',
      message: expect.stringContaining('grant lab access'),
    });
  });

  it('refuses a site that may read already: its password would be lost', async () => {
    const store = await deployed();
    await added(store, 'lab');

    await expect(added(store, 'lab')).rejects.toMatchObject({
      name: 'ObjectExists',
      hint: expect.stringContaining('another name'),
    });
  });

  it.each(['', 'Lab', 'a:b', 'a b', '-a', 'a/b', 'ä', 'a'.repeat(64)])('refuses %j as a name', async (site) => {
    const store = await deployed();

    await expect(added(store, site)).rejects.toMatchObject({ name: 'BadInput', misuse: true });
    expect(store.requests).toEqual([]);
  });

  it.each(['', '../x', 'a/b', 'candidate/', 'A b'])('refuses %j as a view', async (view) => {
    const store = await deployed();

    await expect(runAccessAdd({ stack, site: 'lab', view }, keptTerminal(), store.open)).rejects.toMatchObject({
      name: 'BadInput',
      misuse: true,
    });
  });

  it('may name a snapshot', async () => {
    expect((await added(await deployed(), 'lab', 'snapshots/2026-11-20')).url).toMatch(/\/snapshots\/2026-11-20\/$/);
  });
});

describe('revoking a site', () => {
  it('refuses one that may not read', async () => {
    const store = await deployed();

    await expect(runAccessRevoke({ stack, site: 'lab' }, keptTerminal(), store.open)).rejects.toMatchObject({
      name: 'NoSuchObject',
      message: expect.stringContaining('"lab"'),
    });
  });
});

describe('the sites that may read', () => {
  it('are listed by name, however many pages they take', async () => {
    const store = await deployed();
    for (const site of ['delta', 'alpha', 'charlie', 'bravo', 'echo']) await added(store, site);
    const terminal = keptTerminal();
    const asJson = keptTerminal();

    await runAccessList({ stack }, terminal, store.open);
    await runAccessList({ stack, json: true }, asJson, store.open);

    expect(terminal.outLines.map((line) => line.split(/ +/)[0])).toEqual([
      'SITE',
      ...['alpha', 'bravo', 'charlie', 'delta', 'echo'],
    ]);
    expect(terminal.outLines[1]).toMatch(/^alpha +20\d\d-\d\d-\d\dT[\d:.]+Z +all$/);
    const { sites } = JSON.parse(asJson.outLines.join('\n'));
    expect(sites).toHaveLength(5);
    expect(Object.keys(sites[0])).toEqual(['name', 'since']);
  });

  it('may be none yet', async () => {
    const store = await deployed();
    const terminal = keptTerminal();

    await runAccessList({ stack }, terminal, store.open);

    expect(terminal.outLines).toEqual([expect.stringContaining('no site has access yet')]);
  });
});

describe('a stack', () => {
  it('refuses by name where there is none', async () => {
    const store = await deployed();

    await expect(runAccessList({ stack: 'Other' }, keptTerminal(), store.open)).rejects.toMatchObject({
      name: 'NoSuchStack',
    });
  });

  it('refuses where its mirror asks for no password, and says how it would', async () => {
    await fakeAws({ DescribeStacks: () => stackAnswer(stack, { [`MirrorSiteMirrorUrl${digits}`]: 'https://a/' }) });

    await expect(runAccessList({ stack }, keptTerminal())).rejects.toMatchObject({
      name: 'NotSupported',
      hint: expect.stringContaining('basicAuth: true'),
    });
  });

  it('refuses where its store is gone', async () => {
    const store = await deployed();
    await fakeAws({
      DescribeStacks: () =>
        stackAnswer(stack, { MirrorUrl: 'https://a/', CredentialsStoreArn: store.arn.replace('111', '222') }),
    });

    await expect(runAccessList({ stack }, keptTerminal(), store.open)).rejects.toMatchObject({ name: 'AwsFailed' });
  });
});

describe('the command', () => {
  it.each([
    ['a stack', ['access', 'list']],
    ['a site', ['access', 'add', '--stack', 'Mirror']],
    ['a verb', ['access', 'grant', 'lab', '--stack', 'Mirror']],
  ])('refuses to go on without %s', async (_, words) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    addAccess(program, keptTerminal(), () => {});

    await expect(program.parseAsync(words, { from: 'user' })).rejects.toBeInstanceOf(CommanderError);
  });
});
