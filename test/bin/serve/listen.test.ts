import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listenAt, placeOf, requireListen, urlOf } from '../../../bin/serve/listen';
import { contentTypeOf } from '../../../bin/serve/served-file';

const hint =
  'give ADDRESS:PORT with an address of this machine, :PORT for all addresses, or PORT for this machine only; ports below 1024 require root';

describe('an address to listen on', () => {
  it.each([
    ['8080', '127.0.0.1', 8080],
    [':80', undefined, 80],
    ['10.0.0.2:0', '10.0.0.2', 0],
    ['host.example:65535', 'host.example', 65_535],
    ['[::1]:80', '::1', 80],
    ['[FE80::1]:80', 'FE80::1', 80],
  ])('may be %s', (listen, address, port) => {
    expect(placeOf(listen)).toEqual({ address, port });
  });

  it.each([
    '',
    'foo',
    '65536',
    ':99999',
    'a:b',
    '::1:80',
    '[::1]',
    '1.2.3.4',
    'http://a:80',
    'a b:80',
    '123456',
    'x:80/',
  ])('refuses to be %j', (listen) => {
    expect(() => placeOf(listen)).toThrow(
      expect.objectContaining({
        ...{ name: 'BadInput', message: `--listen ${listen}: not a valid address`, hint, misuse: true },
      }),
    );
  });

  it('shows no password where it is refused', () => {
    expect(() => placeOf('u:hush@1')).toThrow(
      expect.objectContaining({ message: '--listen …@1: not a valid address', misuse: true }),
    );
  });

  it('refuses to be one of another machine, or of none', async () => {
    await expect(requireListen({ serve: true, listen: '192.0.2.1:8080' })).rejects.toMatchObject({
      ...{ name: 'BadInput', message: '--listen 192.0.2.1:8080: not an address of this machine', hint, misuse: true },
    });
    await expect(listenAt(createServer(), { address: 'no-such-host.invalid', port: 80 })).rejects.toMatchObject({
      message: expect.stringMatching(/^--listen no-such-host\.invalid:80: (host not found|the host cannot be)/),
    });
  });

  it('refuses to be taken by another program, and says how to find it', async () => {
    const other = createServer();
    await listenAt(other, { address: '127.0.0.1', port: 0 });
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;

    await requireListen({ listen: `127.0.0.1:${port}` }); // it is not to be served
    await expect(requireListen({ serve: true, listen: `127.0.0.1:${port}` })).rejects.toMatchObject({
      name: 'PortInUse',
      message: `port ${port} on 127.0.0.1 is already in use`,
      hint: `stop the program that listens there (ss -ltnp 'sport = :${port}'), or use another port: --listen ADDRESS:PORT`,
      misuse: false,
    });
    await expect(requireListen({ serve: true, listen: `:${port}` })).rejects.toMatchObject({
      message: `port ${port} on this machine is already in use`,
    });
  });

  it('is free again after it was tried', async () => {
    const server = createServer();
    await listenAt(server, { address: '127.0.0.1', port: 0 });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (let count = 0; count < 2; count++) await requireListen({ serve: true, listen: `127.0.0.1:${port}` });
  });
});

describe('the address of a server', () => {
  const others = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = others.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '[::1]'],
    ['0.0.0.0', outside],
    ['::', outside],
    [undefined, outside],
  ])('at %s is that of %s, which others can ask for', (address, host) => {
    const server = createServer();
    server.address = () => ({ address: '', family: '', port: 8080 });
    expect(urlOf(server, { address, port: 8080 })).toBe(`http://${host}:8080`);
  });
});

it.each([
  ['a/index.json', 'application/json'],
  ['a/index.sjson', 'text/plain; charset=utf-8'],
  ['index.html', 'text/html; charset=utf-8'],
  ['a/squashfs', 'application/octet-stream'],
  ['keyring.gpg', 'application/octet-stream'],
])('serves %s as %s', (key, type) => {
  expect(contentTypeOf(key)).toBe(type);
});
