import { describe, expect, it } from 'vitest';
import { main } from '../../../bin/command-line';
import { runAccessAdd } from '../../../bin/commands/access/add';
import { runAccessList } from '../../../bin/commands/access/list';
import { runAccessRevoke } from '../../../bin/commands/access/revoke';
import { fakeAws, stackAnswer } from '../../fixtures/aws/fake-aws';
import { SmallKeyValueStore } from '../../fixtures/aws/small-key-value-store';
import { keptTerminal } from '../terminal/kept-terminal';

const stack = 'Mirror';

async function deployed(MirrorUrl = 'https://images.example.com/') {
  const store = await SmallKeyValueStore.start();
  const outputs = { MirrorUrl, KeyringUrl: `${MirrorUrl}keyring.gpg`, CredentialsStoreArn: store.arn };
  await fakeAws({ DescribeStacks: () => stackAnswer(stack, outputs) });
  return store;
}

/** A command, as people have it. */
async function said(run: (terminal: ReturnType<typeof keptTerminal>) => Promise<number>) {
  const terminal = keptTerminal();
  expect(await run(terminal)).toBe(0);
  return terminal;
}

describe('the passwords of sites', () => {
  it('are given with the commands for MAAS, of the view candidate unless told', async () => {
    const store = await deployed();
    const { outLines, errLines } = await said((terminal) => runAccessAdd({ stack, site: 'lab' }, terminal, store.open));
    const [, password = ''] = /^password {5}(\S+)$/.exec(outLines[1] ?? '') ?? [];
    const file = '/var/snap/maas/common/maas-mirror.gpg';
    const site = `https://lab:${password}@images.example.com`;

    expect(outLines).toEqual([
      'lab has access. CloudFront applies this everywhere within a few seconds.',
      `password     ${password}`,
      `boot source  ${site}/candidate/`,
      'Install the keyring on every region controller:',
      `  sudo curl --fail -o ${file} ${site}/keyring.gpg`,
      'Then change the boot source that MAAS already has (`maas admin boot-sources read` shows its ID; docs/maas.md describes how to avoid an outage):',
      `  maas admin boot-source update ID url=${site}/candidate/ keyring_filename=${file}`,
      'To use it beside images.maas.io instead, see docs/maas.md',
      'The password cannot be shown again. MAAS shows the URL, including the password, to its administrators.',
    ]);
    expect(errLines).toEqual([]);
  });

  it('are given to programs as JSON, and nothing else', async () => {
    const store = await deployed();
    const { outLines } = await said((terminal) => runAccessAdd({ stack, site: 'a', json: true }, terminal, store.open));
    const { site, password, url, commands } = JSON.parse(outLines.join('\n'));

    expect([site, url]).toEqual(['a', `https://a:${password}@images.example.com/candidate/`]);
    expect(commands).toHaveLength(2);
  });

  it('are in addresses of 200 characters at most', async () => {
    for (const [length, warned] of [
      [200, 0],
      [201, 1],
    ] as const) {
      const rest = 'https://lab:@/candidate/'.length + 32; // a password has 32
      const store = await deployed(`https://${'a'.repeat(length - rest)}/`);
      const { errLines, outLines } = await said((terminal) =>
        runAccessAdd({ stack, site: 'lab' }, terminal, store.open),
      );

      expect(outLines[2]).toHaveLength('boot source  '.length + length);
      expect(errLines).toEqual(
        [
          `the URL has ${length} characters, but MAAS allows 200: revoke lab, and add it again with a shorter name`,
        ].slice(0, warned),
      );
    }
  });

  it('are taken away, and listed', async () => {
    const store = await deployed();
    for (const site of ['one', 'two']) await said((terminal) => runAccessAdd({ stack, site }, terminal, store.open));

    const revoked = await said((terminal) => runAccessRevoke({ stack, site: 'one' }, terminal, store.open));
    expect(revoked.outLines).toEqual([
      'one no longer has access. CloudFront applies this everywhere within a few seconds.',
    ]);
    const listed = await said((terminal) => runAccessList({ stack }, terminal, store.open));
    expect(listed.outLines).toEqual([
      expect.stringMatching(/^SITE +SINCE +VIEW$/),
      expect.stringMatching(/^two +20\d\d-/),
    ]);
    const asJson = await said((terminal) => runAccessRevoke({ stack, site: 'two', json: true }, terminal, store.open));
    expect(JSON.parse(asJson.outLines.join('\n'))).toEqual({ site: 'two', revoked: true });

    const none = await said((terminal) => runAccessList({ stack }, terminal, store.open));
    expect(none.outLines).toEqual([
      'no site has access yet; grant it with: maas-mirror access add SITE --stack Mirror',
    ]);
    const empty = await said((terminal) => runAccessList({ stack, json: true }, terminal, store.open));
    expect(JSON.parse(empty.outLines.join('\n'))).toEqual({ stack, sites: [] });
  });

  it.each([
    'a/b',
    'Candidate',
    '-a',
    'snapshots/',
    'snapshots/a/b',
    'x snapshots/a',
    'snapshots/.a',
  ])('refuse %j as a view', async (view) => {
    const terminal = keptTerminal();
    expect(await main(['access', 'add', 'lab', '--stack', stack, '--view', view], terminal)).toBe(2);
    expect(terminal.errLines).toEqual([
      `error: --view ${JSON.stringify(view)}: not a valid name of a view`,
      '  use a name such as candidate, stable or snapshots/2026-11-20',
    ]);
  });

  it.each(['a', '0a-b', 'snapshots/A._-9'])('may be for the view %s', async (view) => {
    const store = await deployed();
    const { outLines } = await said((terminal) => runAccessAdd({ stack, site: 's', view }, terminal, store.open));
    expect(outLines[2]).toMatch(new RegExp(`@images.example.com/${view}/$`));
  });

  it.each([
    ['add', ['lab']],
    ['revoke', ['lab']],
    ['list', []],
  ])('refuse to be of a mirror that asks for none, in %s', async (verb, words) => {
    await fakeAws({ DescribeStacks: () => stackAnswer(stack, { MirrorUrl: 'https://a/' }) });
    const terminal = keptTerminal();

    expect(await main(['access', verb, ...words, '--stack', stack], terminal)).toBe(2);
    expect(terminal.errLines).toEqual([
      'error: the mirror of the stack Mirror does not require passwords',
      '  set basicAuth: true for its site (in mirror.yaml: site: { basicAuth: true }), and deploy',
    ]);
  });
});
