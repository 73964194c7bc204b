import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { connect, isIP, isIPv6, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MirrorError } from '../../errors';
import type { OpenWay } from './crossings';
import { credentialsIn, hostOf, portOf, wayName } from './source-address';

/** Connections to servers at their known addresses, or through the site's proxy. */
export interface Upstream extends Disposable {
  /** Requests a URL. @throws the error of the connection */
  ask(target: URL, way: OpenWay, headers: OutgoingHttpHeaders, method?: 'GET' | 'HEAD'): Promise<IncomingMessage>;
  /** A raw connection to a server. @throws the same; ProxyRefusal */
  tunnel(target: URL, way: OpenWay): Promise<Socket>;
}

/** The site's proxy refuses to open a tunnel. */
export class ProxyRefusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
  ) {
    super(`the proxy returned ${status} ${reason}`);
  }
}

/** Maximum time without data. */
const silenceMilliseconds = 120_000;

/** @param ca trusted certificates in PEM */
export function connectUpstream(ca: readonly string[]): Upstream {
  const agents = new Map<string, Agent>();
  const agentOf = (target: URL, way: OpenWay) => {
    const name = wayName(target);
    const agent = agents.get(name) ?? dialling(() => dial(target, way, ca));
    agents.set(name, agent);
    return agent;
  };
  return {
    ask: (target, way, headers, method = 'GET') => {
      const forwarded = way.proxy !== undefined && target.protocol === 'http:';
      const own = { host: target.host, ...(forwarded && way.proxy && authorizationOf(way.proxy)) };
      return answerTo(agentOf(target, way), {
        method,
        path: forwarded ? target.href : `${target.pathname}${target.search}`,
        headers: { ...headers, ...own },
      });
    },
    tunnel: (target, way) => (way.proxy ? throughProxy(way.proxy, target, ca) : direct(target, way)),
    [Symbol.dispose]: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function answerTo(
  agent: Agent,
  options: { readonly method: string; readonly path: string; readonly headers: OutgoingHttpHeaders },
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, ...options, timeout: silenceMilliseconds });
    asked.on('timeout', () => asked.destroy(new Error('timed out waiting for data')));
    const again = (error: Error) => {
      // The server has closed a kept-alive connection: try a new one.
      if (asked.reusedSocket) answerTo(agent, options).then(resolve, reject);
      else reject(error);
    };
    asked.once('response', (answer) => {
      asked.off('error', again).on('error', (error) => answer.destroy(error));
      resolve(answer);
    });
    asked.on('error', again).end();
  });
}

/** An agent that keeps connections alive that a function creates. */
function dialling(make: () => Promise<Socket>): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  agent.createConnection = (_options, ready) => {
    make().then(
      (socket) => ready?.(null, socket),
      (error: Error) => ready?.(error, undefined as never),
    );
    return undefined as never; // passed to the callback once connected
  };
  return agent;
}

/** The connection for requests to a target: to its server, with TLS for https, or to the proxy that forwards them. */
async function dial(target: URL, way: OpenWay, ca: readonly string[]): Promise<Socket> {
  if (way.proxy !== undefined && target.protocol === 'http:') return toProxy(way.proxy, ca);
  const plain = way.proxy ? await throughProxy(way.proxy, target, ca) : await direct(target, way);
  return target.protocol === 'https:' ? inTls(plain, target, ca) : plain;
}

function direct(target: URL, { addresses }: OpenWay): Promise<Socket> {
  if (addresses.length === 0) throw new MirrorError('DownloadFailed', `cannot resolve ${target.host}`);
  return connected(
    connect({ host: hostOf(target), port: Number(portOf(target)), lookup: pinned(addresses) }),
    'connect',
  );
}

/** Connects to the addresses that the name had when the way was found, even if it resolves to others now. */
function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_name, { all: wanted }, ready) => {
    const [first] = all;
    if (wanted) ready(null, all);
    else ready(null, first?.address ?? '', first?.family);
  };
}

async function toProxy(proxy: URL, ca: readonly string[]): Promise<Socket> {
  const plain = await connected(connect({ host: hostOf(proxy), port: Number(portOf(proxy)) }), 'connect');
  return proxy.protocol === 'https:' ? inTls(plain, proxy, ca) : plain;
}

async function throughProxy(proxy: URL, target: URL, ca: readonly string[]): Promise<Socket> {
  const way = await toProxy(proxy, ca);
  const authority = `${target.hostname}:${portOf(target)}`;
  return new Promise((resolve, reject) => {
    const headers = { host: authority, ...authorizationOf(proxy) };
    const asked = request({ createConnection: () => way, method: 'CONNECT', path: authority, headers });
    asked.setTimeout(silenceMilliseconds, () => asked.destroy(new Error('timed out waiting for the proxy')));
    asked.on('error', reject);
    asked.on('connect', ({ statusCode = 0, statusMessage = '' }, socket: Socket, head: Buffer) => {
      socket.setTimeout(0);
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new ProxyRefusal(statusCode, statusMessage));
    });
    asked.end();
  });
}

function authorizationOf(proxy: URL): { 'proxy-authorization'?: string } {
  const credentials = credentialsIn(proxy);
  if (credentials === undefined) return {};
  const { user, password } = credentials;
  return { 'proxy-authorization': `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function inTls(socket: Socket, target: URL, ca: readonly string[]): Promise<Socket> {
  const host = hostOf(target);
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connected(connectTls({ socket, host, ...name, ca: [...ca], ALPNProtocols: ['http/1.1'] }), 'secureConnect');
}

function connected(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const give = () => socket.destroy(new Error('timed out connecting'));
    socket.setTimeout(30_000, give);
    socket.once('error', reject);
    socket.once(event, () => {
      socket.off('error', reject).off('timeout', give).setTimeout(0);
      resolve(socket);
    });
  });
}
