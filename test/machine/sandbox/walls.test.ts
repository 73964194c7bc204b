import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../lib/machine/run';
import { sealOf } from '../../../lib/machine/sandbox/seal';
import { ownAbi } from '../../../lib/machine/sandbox/seccomp-filter';
import { absent, refused, weighed } from '../../../lib/machine/sandbox/system-calls';
import { thisMachine } from '../../../lib/machine/this-machine';
import { chrootCommand, enterChroot } from '../../../lib/machine/tree/chroot';
import { mountOverlay, mountSquashfs } from '../../../lib/machine/tree/mounts';
import { makeSquashfs, passingCompression } from '../../../lib/machine/tree/squashfs';
import { smallRelease } from '../../fixtures/images/small-release';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

beforeAll(async () => void (await smallRelease()));

const abi = ownAbi(thisMachine());
const quiet = { quiet: true } as const;

/** Says of each call, with these arguments, how it failed. */
function callsScript(calls: readonly (readonly [name: string, number: number, ...words: number[]])[]): string {
  const lines = calls.map(
    ([name, ...words]) => `print "${name} ", (syscall(${words.join(', ')}) == -1 ? $! + 0 : "went through"), "\\n";`,
  );
  return `$| = 1; ${lines.join('\n')}`;
}

describe('a program in a tree', () => {
  it('is refused each system call that package scripts never need', async () => {
    const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];
    const clone = weighed[abi].get('clone') ?? 0;
    const unshare = weighed[abi].get('unshare') ?? 0;
    const spaces = [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000];
    const socket = weighed[abi].get('socket') ?? 0;
    const expected = [
      ...[...refused[abi]].map(([name, number]) => [name, number, EPERM] as const),
      ...[...absent[abi]].map(([name, number]) => [name, number, ENOSYS] as const),
      ...spaces.map((flag) => [`clone-${flag}`, clone, EPERM, flag | 17] as const),
      ...[...spaces, 0x80].map((flag) => [`unshare-${flag}`, unshare, EPERM, flag] as const),
      ['vsock', socket, EAFNOSUPPORT, 40] as const,
      ['alg', socket, EAFNOSUPPORT, 38] as const,
      ['audit', socket, EAFNOSUPPORT, 16, 3, 9] as const,
      ['typing', weighed[abi].get('ioctl') ?? 0, EPERM, 0, 0x5412] as const,
    ];
    const calls = expected.map(([name, number, , ...words]) => {
      const padded = [...words, 0, 0, 0, 0, 0, 0].slice(0, 6);
      return [name, number, ...padded] as const;
    });

    const seen = await inSmallTree((chroot) => chroot.run(['perl', '-e', callsScript(calls)], quiet));

    expect(seen.split('\n')).toEqual(expected.map(([name, , errno]) => `${name} ${errno}`));
  });

  it('is refused the same by the numbers of 32-bit programs', async () => {
    expect(thisMachine()).toBe('x86_64'); // other machines need another program below
    // mount, keyctl, socketcall(SYS_SOCKET), clone3, by `int 0x80`: no compiler is needed for so few bytes.
    const calls = [21, 288, 102, 435];
    const seen = await inSmallTree(async (chroot) => {
      writeFileSync(join(chroot.path, 'root/old-calls'), oldCalls(calls), { mode: 0o755 });
      return chroot.run(['sh', '-c', '/root/old-calls | od -An -v -td4 -w4'], quiet);
    });

    expect(seen.split(/\s+/).filter(Boolean).map(Number)).toEqual([-1, -1, -97, -38]);
  });

  it('has a filter, and no capability but those that packages need, whatever it could inherit', async () => {
    await inSmallTree(async ({ path }) => {
      const words = chrootCommand(path, 'buildspecs', ['cat', '/proc/self/status']);
      // As in a container of an older Docker.
      const status = await run(['setpriv', '--inh-caps=+sys_admin,+mknod,+net_admin', ...words], quiet);

      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).toMatch(/^NoNewPrivs:\t0$/m);
      for (const set of ['Prm', 'Eff', 'Bnd']) expect(status).toContain(`Cap${set}:\t00000000a00401fb`);
      for (const set of ['Inh', 'Amb']) expect(status).toContain(`Cap${set}:\t0000000000000000`);
    });
  });

  it('becomes another user and root again by programs that may, as customise tests do', async () => {
    const seen = await inSmallTree(async (chroot) => {
      await chroot.run(['sh', '-c', 'cp /usr/bin/id /root/id; chmod 4755 /root/id; chmod 755 /root'], quiet);
      return chroot.run(['su', 'nobody', '-s', '/bin/sh', '-c', 'id -un; /root/id -un'], quiet);
    });

    expect(seen).toBe('nobody\nroot');
  });

  it('finds nothing of the builder’s keys', async () => {
    const script = `open my $in, '<', '/proc/keys'; print "keys: ", <$in>, "\\n"; ${callsScript([
      ['search', refused[abi].get('keyctl') ?? 0, 10, -4],
      ['session', refused[abi].get('keyctl') ?? 0, 0, -3, 1],
    ])}`;
    const keyring = ['keyring', 'red-session'] as const;
    await inSmallTree(async ({ path }) => {
      const words = chrootCommand(path, 'buildspecs', ['perl', '-e', script]);
      expect(await inKeyring(keyring[1], words)).toBe('keys: \nsearch 1\nsession 1');
    });
  });

  it('has a session keyring of its own, which even a hole in the filter would not lead out of', async () => {
    const getpid = { x86_64: 39, generic: 172 }[abi as 'x86_64' | 'generic'];
    const seal = sealOf(thisMachine()).replace(/seccomp=\d+/, `seccomp=${getpid}`);
    const keyctl = refused[abi].get('keyctl') ?? 0;
    const search = `my ($type, $key) = ('user', 'red-secret'); print syscall(${keyctl}, 10, -3, $type, $key, 0), " $!";`;
    const program = ['perl', '-e', search];
    const sealed = ['perl', '-e', readFileSync('buildspecs/seal.pl', 'utf8'), seal, ...program];

    expect(await inKeyring('red-session', program)).toMatch(/^\d+ $/);
    const apart = ['unshare', '--mount', '--uts', ...sealed];
    expect(await inKeyring('red-session', apart)).toBe('-1 Required key not available');
  });

  it('inherits no open file or folder of the builder', async () => {
    const open = 'print join " ", grep { -e "/proc/self/fd/$_" } 3 .. 1000';
    const [folder, file] = [openSync('/', 'r'), openSync(join(temporaryFolder(), 'log'), 'w')];
    const seen = await inSmallTree(async ({ path }) => {
      const [program = '', ...words] = chrootCommand(path, 'buildspecs', ['perl', '-e', open]);
      const without = spawnSync(program, words, { stdio: ['ignore', 'pipe', 'pipe', folder, file], encoding: 'utf8' });
      const ours = spawnSync('perl', ['-e', open], {
        stdio: ['ignore', 'pipe', 'pipe', folder, file],
        encoding: 'utf8',
      });
      return [without.stdout + without.stderr, ours.stdout.split(' ').slice(0, 2).join(' ')];
    });
    for (const descriptor of [folder, file]) closeSync(descriptor);

    expect(seen).toEqual(['', '3 4']);
  });

  it('is not told who resolves names for the builder', async () => {
    expect(await inSmallTree((chroot) => chroot.run(['cat', '/etc/resolv.conf'], quiet))).toBe('');
  });

  it('does not get the builder’s /dev/null, whose mode it would change for all of the machine', async () => {
    const before = statSync('/dev/null').mode;
    const seen = await inSmallTree((chroot) =>
      chroot.run(
        ['sh', '-c', 'chmod 0666 /proc/self/fd/0; stat -L -c %F /proc/self/fd/0; wc -c; chmod 0640 /proc/self/fd/0'],
        quiet,
      ),
    );
    const after = statSync('/dev/null').mode;
    chmodSync('/dev/null', before); // for whoever breaks this

    expect(seen).toBe('regular empty file\n0');
    expect(after).toBe(before);
  });

  it('still reads what it is given', async () => {
    expect(await inSmallTree((chroot) => chroot.run(['cat'], { ...quiet, input: 'given' }))).toBe('given');
  });

  it('reads nothing of the pages and the kernel memory of the machine', async () => {
    const files = ['kcore', 'kpagecgroup', 'kpagecount', 'kpageflags', 'slabinfo', 'vmallocinfo'].map(
      (name) => `/proc/${name}`,
    );
    const present = files.filter((file) => existsSync(file));
    const seen = await inSmallTree((chroot) =>
      chroot.run(['sh', '-c', 'for file; do head -c 8 "$file" | wc -c; done', 'sh', ...present], quiet),
    );

    expect(present).not.toEqual([]);
    expect(seen.split('\n')).toEqual(present.map(() => '0'));
  });

  it('opens no device node that a layer of its tree holds', async () => {
    const scratch = temporaryFolder();
    const layer = join(scratch, 'layer');
    mkdirSync(layer);
    await run(['mknod', join(layer, 'zero'), 'c', '1', '5'], quiet);
    await makeSquashfs(layer, `${layer}.squashfs`, { compression: passingCompression, epoch: 0 });
    await using evil = await mountSquashfs(`${layer}.squashfs`, scratch);
    await using base = await mountSquashfs((await smallRelease()).base, scratch);
    await using root = await mountOverlay([evil.path, base.path], scratch);
    await using chroot = await enterChroot(root.path, 'buildspecs');

    const seen = await chroot.run(
      ['sh', '-c', 'test -c /zero && head -c 1 /zero 2>&1; head -c 1 /dev/zero | wc -c'],
      quiet,
    );

    expect(seen).toMatch(/Permission denied\n1$/);
  });

  it('sees neither the name nor the cgroups of the machine', async () => {
    const seen = await inSmallTree((chroot) => chroot.run(['sh', '-c', 'hostname; cat /proc/self/cgroup'], quiet));

    const [name, ...cgroups] = seen.split('\n');
    expect(name).toBe('localhost');
    for (const line of cgroups) expect(line).toMatch(/^\d+:[^:]*:\/$/);
  });
});

/** Runs a command with a session keyring of this name, which holds a key. */
function inKeyring(name: string, command: readonly string[]): Promise<string> {
  const [keyctl, addKey] = [refused[abi].get('keyctl'), refused[abi].get('add_key')];
  const script = `my ($name, $type, $key, $secret) = ('${name}', 'user', 'red-secret', 'secret');
    syscall(${keyctl}, 1, $name) > 0 or die "no keyring: $!";
    syscall(${addKey}, $type, $key, $secret, 6, -3) > 0 or die "no key: $!";
    exec @ARGV;`;
  return run(['perl', '-e', script, ...command], quiet);
}

/** An ELF program that makes 32-bit calls with the arguments 1, 0, 0 and writes what each returns. */
function oldCalls(numbers: readonly number[]): Buffer {
  const word = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
  const code = Buffer.from([
    ...numbers.flatMap((number) => [
      ...[0xb8, ...word(number)], // mov eax, number
      ...[0xbb, ...word(1), 0x31, 0xc9, 0x31, 0xd2], // mov ebx, 1; xor ecx, ecx; xor edx, edx
      ...[0xcd, 0x80], // int 0x80
      ...[0x50, 0x48, 0x89, 0xe6], // push rax; mov rsi, rsp
      ...[0xb8, ...word(1), 0xbf, ...word(1), 0xba, ...word(4), 0x0f, 0x05], // write(1, rsi, 4)
    ]),
    ...[0xb8, ...word(60), 0x31, 0xff, 0x0f, 0x05], // exit(0)
  ]);
  const header = Buffer.alloc(120);
  Buffer.from('7f454c46020101', 'hex').copy(header);
  header.writeUInt16LE(2, 16); // executable
  header.writeUInt16LE(62, 18); // x86-64
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(0x400078n, 24); // entry
  header.writeBigUInt64LE(64n, 32); // program headers
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt32LE(1, 64); // load
  header.writeUInt32LE(5, 68); // read, execute
  header.writeBigUInt64LE(0x400000n, 80);
  header.writeBigUInt64LE(0x400000n, 88);
  header.writeBigUInt64LE(BigInt(120 + code.length), 96);
  header.writeBigUInt64LE(BigInt(120 + code.length), 104);
  header.writeBigUInt64LE(0x1000n, 112);
  return Buffer.concat([header, code]);
}
