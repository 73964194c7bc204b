import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { aptInstall, aptUpdate } from '../../../lib/machine/apt/apt';
import { configureApt } from '../../../lib/machine/apt/apt-settings';
import { openGateway } from '../../../lib/machine/gateway/gateway';
import { run } from '../../../lib/machine/run';
import { chrootCommand } from '../../../lib/machine/tree/chroot';
import { makePpa, type Ppa } from '../../fixtures/images/look-alike/ppa';
import { smallRelease } from '../../fixtures/images/small-release';
import { serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

beforeAll(async () => void (await smallRelease()));

describe('a hostile package', () => {
  it('finds no way out of its tree while it is installed, and nothing of the builder in it', async () => {
    await using builder = await startBuilder();
    const ppa = await hostilePpa(builder);
    await using served = await serveArchive(ppa.archive);
    const loot = await inSmallTree(async (chroot, openApt) => {
      const { keyring, release: suite } = ppa;
      const apt = await openApt([{ uri: served.url, suite, components: ['main'], keyring }]);
      await aptUpdate(apt);
      await aptInstall(apt, ['hostile']);
      return readFileSync(join(chroot.path, 'var/lib/loot'), 'utf8');
    });

    expect(loot).toBe(`was here\n${keptCapabilities}\n`);
  });

  it.each([
    ['etc/apt', '/tmp'],
    ['etc/apt', '../../../../../tmp'],
  ])('that makes /%s a link to %s has it lead there in the image, and nowhere on the builder', async (path, target) => {
    await inSmallTree(async (chroot) => {
      await chroot.run(['sh', '-c', `rm -rf /${path}; ln -s ${target} /${path}`], { quiet: true });
      await configureApt(chroot.path, [], []);

      expect(existsSync(join(chroot.path, 'tmp/apt.conf.d/zzz-maas-mirror'))).toBe(true);
      expect(existsSync('/tmp/apt.conf.d')).toBe(false);
    });
  });

  it.each([
    [
      'a link to a folder for what is half fetched',
      (at: string) => symlinkSync('/etc/apt/apt.conf.d', join(at, 'partial')),
    ],
    ['a link for the lock', (at: string) => symlinkSync('/etc/passwd', join(at, 'lock'))],
  ])('that leaves %s has the other apt change no file of its own', async (_, leave) => {
    const small = await smallRelease();
    await using served = await serveArchive(small.archive);
    await inSmallTree(async (chroot, openApt) => {
      const { keyring, release: suite } = small;
      const apt = await openApt([{ uri: served.url, suite, components: ['main'], keyring }]);
      for (const folder of ['var/lib/apt/lists', 'var/cache/apt/archives'].map((path) => join(chroot.path, path))) {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder);
        leave(folder);
      }
      const dump = () => apt.fetch(['sh', '-c', 'find /etc -type f | sort; : "$@"', 'sh', 'apt-get']);
      const before = await dump();
      await aptUpdate(apt);
      await aptInstall(apt, [small.images.generic.name]);

      expect(await dump()).toEqual(before);
    });
  });

  it('has no more of the builder where it has taken the place of a program that downloads', async () => {
    await using builder = await startBuilder();
    await inSmallTree(async (chroot) => {
      await using gateway = await openGateway([], {}, temporaryFolder());
      const env = await chroot.run(['cat', '/proc/self/environ'], { gateway, quiet: true });
      const status = await chroot.run(['cat', '/proc/self/status'], { gateway, quiet: true });

      expect(env).not.toMatch(/AWS_|CODEBUILD_|MIRROR_/);
      expect(env).not.toContain(builder.secret);
      expect(status).toContain(keptCapabilities);
    });
  });

  it('does not reach the addresses where a machine of AWS gives its credentials away', async () => {
    await inSmallTree(async ({ path }) => {
      const words = ['bash', '-c', `${credentialAddresses.map(answering).join('; ')}; :`] as const;
      await using gateway = await openGateway([], {}, temporaryFolder());

      expect(await inNetworkOfAws(words)).toBe(credentialAddresses.map((address) => `${address} answers`).join('\n'));
      expect(await inNetworkOfAws(chrootCommand(path, 'buildspecs', words))).toBe('');
      expect(await inNetworkOfAws(chrootCommand(path, 'buildspecs', words, { gateway }))).toBe('');
    });
  });
});

const credentialAddresses = ['169.254.170.2', '169.254.169.254'];

/** chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, sys_chroot, audit_write, setfcap */
const keptCapabilities = 'CapBnd:\t00000000a00401fb';

function answering(address: string): string {
  return `(: < /dev/tcp/${address}/80) 2>/dev/null && echo ${address} answers`;
}

/** Runs a command on a machine whose only network has what CodeBuild's has. */
async function inNetworkOfAws(command: readonly string[]): Promise<string> {
  const script = join(__dirname, '../../fixtures/trees/hostile/network-of-aws.mjs');
  return run(['unshare', '--net', process.execPath, script, ...credentialAddresses, '--', ...command], { quiet: true });
}

/** As CodeBuild has it: its environment says where its credentials are got, and it has them for everybody who asks there. */
interface Builder extends AsyncDisposable {
  readonly secret: string;
  /** Holds the secret. */
  readonly file: string;
  readonly pid: number | undefined;
  /** Where it listens, on 127.0.0.1 and by an abstract socket. */
  readonly port: number;
  readonly socket: string;
}

async function startBuilder(): Promise<Builder> {
  const secret = `/v2/credentials/${randomUUID()}`;
  const environment = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: secret, CODEBUILD_BUILD_ARN: secret };
  const file = join(temporaryFolder(), 'secret');
  writeFileSync(file, secret);
  Object.assign(process.env, environment);
  // What is put into process.env later is not in /proc.
  const other = spawn('sleep', ['3600'], { env: process.env });
  const socket = `maas-mirror-${randomUUID()}`;
  const servers = [await listen({ port: 0, host: '127.0.0.1' }), await listen({ path: `\0${socket}` })];
  return {
    ...{ secret, file, pid: other.pid, socket },
    port: (servers[0]?.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const name of Object.keys(environment)) delete process.env[name];
      other.kill();
      for (const server of servers) await new Promise((closed) => server.close(closed));
    },
  };
}

async function hostilePpa({ secret, file, pid, port, socket }: Builder): Promise<Ppa> {
  const { dev } = statSync('/');
  const disk = `${(dev >> 8) & 0xfff} ${dev & 0xff}`;
  const values: Record<string, unknown> = {
    SECRET: secret,
    FILE: file,
    PID: pid,
    PORT: port,
    SOCKET: socket,
    DISK: disk,
  };
  const script = readFileSync(join(__dirname, '../../fixtures/trees/hostile/postinst'), 'utf8');
  const postinst = script.replaceAll(/@([A-Z]+)@/g, (_, name: string) => String(values[name]));
  const packages = [{ name: 'hostile', version: '1.0', scripts: { postinst } }];
  return makePpa(temporaryFolder(), { owner: 'o', name: 'n', release: 'bookworm', packages });
}

async function listen(at: ListenOptions): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
  return server;
}
