import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Gateway,
  type GatewayOptions,
  type GatewaySource,
  openGateway,
} from '../../../lib/machine/network/gateway';
import { relayedCommand } from '../../../lib/machine/network/relayed';
import { run } from '../../../lib/machine/run';
import { startProxy } from '../../fixtures/forward-proxy';
import { temporaryFolder } from '../../fixtures/temporary-folder';

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly seen: string[];
}

async function serve(listener: RequestListener): Promise<Served> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, seen },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const log: string[] = [];
async function gatewayTo(
  sources: readonly GatewaySource[],
  options: GatewayOptions = {},
  proxy?: string,
): Promise<Gateway> {
  log.length = 0;
  return openGateway(sources, proxy === undefined ? {} : { proxy }, temporaryFolder(), {
    log: (line) => log.push(line),
    ...options,
  });
}

/** What a program in the gateway's network gets from curl: status and content. */
async function curl(gateway: Gateway, ...words: string[]): Promise<string> {
  const asked = [
    'curl',
    '--silent',
    '--show-error',
    '--proxy',
    'http://127.0.0.1:3128',
    '--write-out',
    ' %{http_code}',
  ];
  return run(relayedCommand(['sh', '-c', '"$@" || true', 'sh', ...asked, ...words], gateway, 'buildspecs'), {
    quiet: true,
  });
}

const said =
  (text: string): RequestListener =>
  (_, response) =>
    response.end(text);

describe('a program behind the gateway', () => {
  it('reaches the source, and no other port of its host', async () => {
    await using archive = await serve(said('a package'));
    await using docker = await serve(said('{}'));
    await using gateway = await gatewayTo([{ uri: archive.url, suite: 'noble' }]);

    expect(await curl(gateway, `${archive.url}/pool/a.deb`)).toBe('a package 200');
    expect(await curl(gateway, `${docker.url}/containers/create`)).toBe(' 403');
    expect(archive.seen).toEqual(['GET /dists/noble/InRelease -', 'GET /pool/a.deb -']);
    expect(docker.seen).toEqual([]);
    expect(log).toEqual([
      `${archive.url}/dists/noble/InRelease: 200`,
      `a program of the image asks for ${docker.url}, which is no source of this build; refused`,
    ]);
  });
});
