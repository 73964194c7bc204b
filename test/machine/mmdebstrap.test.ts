import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { MirrorError } from '../../lib/errors';
import { proxyOptions } from '../../lib/machine/apt-network';
import { bootstrap, bootstrapCommand } from '../../lib/machine/mmdebstrap';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { closedServer, serve } from '../store/answering-server';

/** How it is told that a Debian cannot be bootstrapped from there. */
async function failureAt(uri: string, aptOptions: readonly string[] = []): Promise<MirrorError> {
  const folder = temporaryFolder();
  const tree = join(folder, 'base');
  const failure = await bootstrap(tree, {
    ...{ release: 'bookworm', architecture: 'amd64', packages: ['cloud-init'], lists: join(folder, 'lists') },
    repositories: [{ uri, suite: 'bookworm', components: ['main'] }],
    aptOptions: ['Acquire::Retries "0";', ...aptOptions],
  }).then(String, (error: MirrorError) => error);
  if (typeof failure === 'string') throw new Error('it can');
  expect(readdirSync(folder).filter((name) => name.endsWith('.conf'))).toEqual([]);
  return failure;
}

/** All that is said of a failure, down to what was underneath. */
function allOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack}\n${allOf(error.cause)}` : '';
}

/** The words of all commands that run now, as everybody on this machine can see them. */
function commandsNow(): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map((id) => commandOf(id).replaceAll('\0', ' ')).join('\n');
}

function commandOf(id: string): string {
  try {
    return readFileSync(join('/proc', id, 'cmdline'), 'utf8');
  } catch {
    return ''; // it has ended
  }
}

describe('a bootstrap', () => {
  it('gives package scripts nothing of the builder’s environment but what apt needs', async () => {
    const programs = temporaryFolder();
    writeFileSync(join(programs, 'mmdebstrap'), '#!/bin/sh\nenv | sed "s/=.*//" | sort | xargs\nexit 1\n', {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/1');
    vi.stubEnv('http_proxy', 'http://proxy:3128');

    const { message } = await failureAt('http://127.0.0.1:9').finally(() => vi.unstubAllEnvs());

    const names = message.split('\n').at(-1)?.split(' ') ?? [];
    expect(names).toEqual(expect.arrayContaining(['LC_ALL', 'PATH', 'http_proxy']));
    const known = ['APT_CONFIG', 'HOME', 'LC_ALL', 'PATH', 'PWD', 'TMPDIR', 'http_proxy', 'https_proxy', 'no_proxy'];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('refuses an archive that cannot be reached, with apt’s reason and what to do', async () => {
    const url = await closedServer();

    expect(await failureAt(url)).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(
        `the package archive cannot be read: E: Failed to fetch ${url}/dists/bookworm/InRelease .*Connection refused`,
      ),
      hint: expect.stringContaining('is its address right and reachable from here?'),
    });
  });

  it('refuses an archive without that release', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end());

    expect(await failureAt(url)).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/has no such release: .*does not have a Release file/),
    });
  });

  it('refuses what a proxy refuses, and nobody sees the password of either while it tries', async () => {
    let [commands, authorisation]: (string | undefined)[] = [];
    const refuse: RequestListener = ({ headers }, response) => {
      commands = commandsNow();
      authorisation = headers['proxy-authorization'];
      response.writeHead(407).end();
    };
    const { url } = await serve(refuse);
    const proxy = url.replace('//', '//me:s3cret@');

    const failure = await failureAt('http://you:s3cret@archive.example/debian', proxyOptions(proxy));

    expect(failure).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/cannot be read: E: Failed to fetch http:\/\/archive\.example\/debian.* 407/),
      hint: expect.stringContaining('(--proxy)'),
    });
    expect(authorisation).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    expect(commands).toContain('mmdebstrap --variant=minbase');
    expect(commands).not.toContain('s3cret');
    expect(allOf(failure)).not.toContain('s3cret');
  });

  it('takes options of apt from a file', () => {
    const command = bootstrapCommand('/tree', {
      ...{ release: 'bookworm', architecture: 'amd64', packages: [], repositories: [], lists: '/lists' },
      aptOptions: ['/tree.apt.conf'],
    });

    expect(command).toContain('--aptopt=/tree.apt.conf');
    expect(command.slice(-2)).toEqual(['bookworm', '/tree']);
  });
});
