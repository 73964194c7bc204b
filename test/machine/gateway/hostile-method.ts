import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type NetConnectOpts, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { aptInstall, aptUpdate } from '../../../lib/machine/apt/apt';
import { configureApt } from '../../../lib/machine/apt/apt-settings';
import { openAptTree } from '../../../lib/machine/apt/apt-tree';
import { openGateway } from '../../../lib/machine/gateway/gateway';
import { type Chroot, enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { serveArchive } from '../../fixtures/servers/served-archive';

/** What the test hands in, as JSON. */
export interface Scene {
  readonly base: string;
  /** Folder and keyring of an archive with the packages evil, which replaces apt's method, and harmless. */
  readonly archive: string;
  readonly keyring: string;
  readonly method: string;
  readonly tools: string;
  /** Where else something listens: `169.254.170.2:80`. */
  readonly elsewhere: readonly string[];
}

/** What came of it. */
export interface Outcome {
  /** What this process itself reaches, which shows that there is something to reach. */
  readonly reachable: readonly string[];
  /** What the replaced method reached when apt fetched, and when it was started with the gateway by itself. */
  readonly reached: { readonly byApt: string; readonly byItself: string };
  /** Connections that the builder's services got. */
  readonly connections: number;
  readonly installed: string;
}

/**
 * A build in a process of its own, which may be in a container: a package replaces apt's method, another one is fetched
 * after that.
 */
async function main(scene: Scene): Promise<Outcome> {
  const scratch = await mkdtemp(join(tmpdir(), 'hostile-method-'));
  const socket = `hostile-method-${process.pid}`;
  let connections = 0;
  const servers: Server[] = [];
  const listen = async (at: ListenOptions) => {
    const server = createServer((peer) => {
      connections++;
      peer.on('error', () => peer.destroy()).end('HTTP/1.0 200 OK\r\n\r\n');
    });
    servers.push(server.listen(at));
    await once(server, 'listening');
    return server.address() as { port: number };
  };
  try {
    const { port } = await listen({ port: 0, host: '::' });
    await listen({ path: `\0${socket}` });
    const own = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family }) => family === 'IPv4');
    const places = [...own.map(({ address }) => `${address}:${port}`), `localhost:${port}`, ...scene.elsewhere];
    const reachable = await reachableOf([...places, socket]);
    connections = 0;
    const script = (await readFile(scene.method, 'utf8'))
      .replaceAll('@PLACES@', [...places, `evil.example:${port}`].join(' '))
      .replaceAll('@SOCKET@', socket);

    await using archive = await serveArchive(scene.archive);
    await using image = await mountSquashfs(scene.base, scratch);
    await using root = await mountOverlay([image.path], scratch);
    await using chroot = await enterChroot(root.path, scene.tools);
    const sources = [{ uri: archive.url, suite: 'bookworm', components: ['main'], keyring: scene.keyring }];
    await using gateway = await openGateway(sources, {}, scratch);
    const configure = (tree: string) => configureApt(tree, sources, []);
    await using apt = await openAptTree(chroot, { base: image.path, gateway, configure, scratch, tools: scene.tools });
    await aptUpdate(apt);
    await aptInstall(apt, ['evil']);
    await writeFile(join(root.path, 'usr/lib/apt/methods/http'), script, { mode: 0o755 });
    await aptUpdate(apt);
    await aptInstall(apt, ['harmless']);
    const byApt = await reachedIn(chroot);
    await writeFile(join(root.path, 'usr/lib/evil'), script, { mode: 0o755 });
    await chroot.run(['/usr/lib/evil'], { gateway });
    // Its archive's name may come to mean this machine, by an address that a site's own archive could have.
    const resolve = async () => own.map(({ address }) => address);
    const evil = { uri: `http://evil.example:${port}`, suite: 'bookworm' };
    await using other = await openGateway([evil], {}, scratch, { resolve });
    await chroot.run(['/usr/lib/evil'], { gateway: other });
    const installed = await chroot.run(['dpkg-query', '--show', '--showformat=${Package} ', 'evil', 'harmless']);
    return { reachable, reached: { byApt, byItself: await reachedIn(chroot) }, connections, installed };
  } finally {
    for (const server of servers) server.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function reachableOf(places: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const place of places) {
    const [, host = '', port] = /^(.*):(\d+)$/.exec(place) ?? [];
    const at: NetConnectOpts = port === undefined ? { path: `\0${place}` } : { host, port: Number(port) };
    const peer = connect(at);
    await Promise.race([once(peer, 'connect'), once(peer, 'error')]).then(
      () => found.push(port === undefined ? 'socket' : place),
      () => undefined,
    );
    peer.destroy();
  }
  return found;
}

async function reachedIn({ path }: Chroot): Promise<string> {
  const file = join(path, 'var/lib/reached');
  const text = await readFile(file, 'utf8').catch(() => '');
  await rm(file, { force: true });
  return text;
}

main(JSON.parse(process.argv[2] ?? '') as Scene).then(
  (outcome) => console.log(`outcome: ${JSON.stringify(outcome)}`),
  (error: Error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
