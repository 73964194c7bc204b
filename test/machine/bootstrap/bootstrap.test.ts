import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { MirrorError } from '../../../lib/errors';
import { bootstrap } from '../../../lib/machine/bootstrap/bootstrap';
import { openGateway } from '../../../lib/machine/gateway/gateway';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { closedServer, serve } from '../../store/http/answering-server';
import '../../fixtures/needs-root';
import { recentEnough } from './recent-enough';

interface Archive {
  readonly uri: string;
  readonly proxy?: string;
  readonly aptOptions?: readonly string[];
  /** What makes it. @default - a recent mmdebstrap */
  readonly mmdebstrap?: string;
  /** Where the tree is made. @default - a new one */
  readonly folder?: string;
}

/** How it is told that a Debian cannot be bootstrapped from there. */
async function failureAt({ uri, proxy, aptOptions = [], ...at }: Archive): Promise<MirrorError> {
  const { folder = temporaryFolder(), mmdebstrap = await recentEnough() } = at;
  const repository = { uri, suite: 'bookworm', components: ['main'] };
  const network = proxy === undefined ? {} : { proxy };
  await using gateway = await openGateway([repository], network, folder, { log: () => undefined });
  const failure = await bootstrap(join(folder, 'base'), {
    ...{ release: 'bookworm', architecture: 'amd64', packages: ['cloud-init'], lists: join(folder, 'lists') },
    repositories: [{ ...repository, uri: gateway.uriOf(repository) }],
    aptOptions: ['Acquire::Retries "0";', ...aptOptions],
    ...{ gateway, mmdebstrap, tools: 'buildspecs' },
  }).then(String, (error: MirrorError) => error);
  if (typeof failure === 'string') throw new Error('it can');
  expect(readdirSync(folder).filter((name) => name.endsWith('.conf'))).toEqual([]);
  return failure;
}

/** All that is said of a failure, down to what was underneath. */
function allOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack}\n${allOf(error.cause)}` : '';
}

/** The words of the commands that have to do with a folder, as everybody on this machine can see them. */
function commandsWith(folder: string): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const commands = processes.map((id) => commandOf(id).replaceAll('\0', ' '));
  return commands.filter((command) => command.includes(folder)).join('\n');
}

function commandOf(id: string): string {
  try {
    return readFileSync(join('/proc', id, 'cmdline'), 'utf8');
  } catch {
    return ''; // it has ended
  }
}

describe('a bootstrap', () => {
  it('downloads in a network of its own, with nothing of the builder’s environment but what apt needs', async () => {
    const programs = temporaryFolder();
    const words = 'echo "$(sed 1,2d /proc/net/dev | grep -vc "^ *lo:") $(readlink /proc/self/ns/net)"';
    const mmdebstrap = join(programs, 'mmdebstrap');
    writeFileSync(mmdebstrap, `#!/bin/sh\n${words}\nenv | sed "s/=.*//" | sort | xargs\nexit 1\n`, {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', '/v2/credentials/1');
    vi.stubEnv('http_proxy', 'http://127.0.0.1:9');

    const { message } = await failureAt({ uri: 'http://127.0.0.1:9', mmdebstrap }).finally(() => vi.unstubAllEnvs());

    const [network = '', names = ''] = message.split('\n').slice(-2);
    expect(network).toMatch(/^0 net:/);
    expect(network).not.toContain(readlinkSync('/proc/self/ns/net'));
    expect(names.split(' ')).toEqual(expect.arrayContaining(['LC_ALL', 'PATH']));
    expect(names.split(' ').filter((name) => !['HOME', 'LC_ALL', 'PATH', 'PWD', 'TMPDIR'].includes(name))).toEqual([]);
  });

  it('refuses an archive that cannot be reached, with apt’s reason and what to do', async () => {
    const uri = await closedServer();

    expect(await failureAt({ uri })).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(
        `the package archive cannot be read: E: Failed to fetch ${uri}/dists/bookworm/InRelease .*ECONNREFUSED`,
      ),
      hint: expect.stringContaining('check that its URL is correct'),
    });
  });

  it('refuses an archive without that release', async () => {
    const { url: uri } = await serve((_, response) => response.writeHead(404).end());

    expect(await failureAt({ uri })).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/has no such release: .*does not have a Release file/),
    });
  });

  it('refuses what a proxy refuses, and nobody sees the password of either while it tries', async () => {
    let [commands, config, authorisation]: (string | undefined)[] = [];
    const folder = temporaryFolder();
    const file = join(folder, 'base.apt.conf');
    const refuse: RequestListener = ({ headers }, response) => {
      // The gateway asks for itself before that.
      if (existsSync(file)) {
        commands = commandsWith(folder);
        config = `${(statSync(file).mode & 0o777).toString(8)} ${readFileSync(file, 'utf8')}`;
      }
      authorisation = headers['proxy-authorization'];
      response.writeHead(407).end();
    };
    const { url } = await serve(refuse);
    const proxy = url.replace('//', '//me:s3cret@');

    const uri = 'http://you:s3cret@archive.example/debian';
    const failure = await failureAt({ uri, proxy, folder, aptOptions: [`Acquire::http::Proxy "${proxy}";`] });

    expect(failure).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/cannot be read: E: Failed to fetch http:\/\/archive\.example\/debian/),
      hint: expect.stringContaining('--proxy)'),
    });
    expect(authorisation).toBe(`Basic ${Buffer.from('me:s3cret').toString('base64')}`);
    expect(config).toMatch(/^600 Acquire::Retries "0";\n/);
    expect(commands).toContain(`--aptopt=${file}`);
    for (const text of [commands, config, allOf(failure)]) expect(text).not.toContain('s3cret');
  });
});
