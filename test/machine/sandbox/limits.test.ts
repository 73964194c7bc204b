import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { run } from '../../../lib/machine/run';
import { limitKeepers, limitReached, limits } from '../../../lib/machine/sandbox/limits';
import { chrootCommand, enterChroot } from '../../../lib/machine/tree/chroot';
import { smallRelease } from '../../fixtures/images/small-release';
import { inContainerOf } from '../../fixtures/programs/small-container';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { inSmallTree } from '../../fixtures/trees/in-small-tree';

beforeAll(async () => void (await smallRelease()));

const quiet = { quiet: true } as const;
const script = 'buildspecs/within-limits.pl';
const apart = ['unshare', '--pid', '--fork', '--kill-child', '--'];

/** By cgroups where they can be made, as here, and on a machine that has none mounted. */
const machines = [
  ['cgroups', []],
  ['a watcher', ['unshare', '--mount', 'sh', '-c', 'umount -a -t cgroup,cgroup2; exec "$@"', 'sh']],
] as const;

/** Many children that only wait. */
const bomb = (
  count: number,
) => `for (1 .. ${count}) { my $pid = fork; last unless defined $pid; sleep 1000 unless $pid }
  sleep 1000`;

/** Ignores all signals that it can, and has no parent-death signal (PR_SET_PDEATHSIG, 0). */
const stubborn = '$| = 1; syscall(157, 1, 0); $SIG{$_} = "IGNORE" for keys %SIG; print "begun"; sleep 1000';

const pidOf = ({ pid }: ChildProcess) => pid ?? Number.NaN;

/** The second process that the script starts; the first one is the program. */
function watcherOf(started: ChildProcess): number {
  const pid = pidOf(started);
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[1]);
}

const codeOf = (started: ChildProcess) => new Promise((end) => started.once('close', end));

describe.each(machines)('the limits that %s keep', (_, prefix) => {
  const within = (memory: number, processes: number, ...program: string[]) =>
    run([...prefix, 'perl', script, String(memory), String(processes), ...program] as [string, ...string[]], quiet);

  it('end a program that has too many processes, with all of them', async () => {
    const failure = (await within(90, 300, ...apart, 'perl', '-e', bomb(400)).catch((error) => error)) as MirrorError;

    expect(limitReached(failure)).toMatchObject({
      name: 'LimitReached',
      message: 'a program of the image or of a package had more than 300 processes at one time',
      hint: expect.stringContaining('leave it out'),
    });
  });

  it('end a program that takes too much memory', async () => {
    const hog = 'my @all; while (1) { push @all, "x" x 10_000_000 }';
    const failure = (await within(1, 300, ...apart, 'perl', '-e', hog).catch((error) => error)) as MirrorError;

    expect(limitReached(failure)).toMatchObject({
      name: 'LimitReached',
      message: expect.stringMatching(/^a program of the image or of a package needed more than \d+ MiB of memory$/),
      hint: expect.stringContaining('build on a machine with more'),
    });
  });

  it('leave all others alone: what they print and how they end', async () => {
    expect(await within(90, 300, ...apart, 'echo', 'done')).toBe('done');
    await expect(within(90, 300, ...apart, 'sh', '-c', 'exit 7')).rejects.toThrow(/exited with 7$/);
    await expect(within(90, 300, 'sh', '-c', 'kill -TERM $$')).rejects.toThrow(/was killed by SIGTERM$/);
    const ignoring = ['sh', '-c', 'trap "" PIPE; exec "$@"', 'sh'] as const;
    const killed = ['perl', '-e', '$SIG{PIPE} = "DEFAULT"; kill PIPE => $$'];
    await expect(run([...ignoring, ...prefix, 'perl', script, '90', '300', ...killed], quiet)).rejects.toThrow(
      /exited with 141$/,
    );
  });
});

describe('a program within limits', () => {
  it('has nine tenths of what the container has, not of what the machine has', async () => {
    const hog = 'my @all; while (1) { push @all, "x" x 10_000_000 }';
    const within = ['perl', script, '90', '300', ...apart, 'perl', '-e', hog] as const;
    const failure = await run([...inContainerOf(500 * 2 ** 20), ...within], quiet).catch((error) => error);

    const [, held] = /more than (\d+) MiB of memory/.exec((limitReached(failure) as Error).message) ?? [];
    expect(Number(held)).toBeGreaterThan(300);
    expect(Number(held)).toBeLessThanOrEqual(450);
  });

  it('leaves no cgroup behind, and none of those that were killed', async () => {
    const seen = await run(['perl', script, '90', '300', 'cat', '/proc/self/cgroup', '/proc/self/mounts'], quiet);

    const own = [...seen.matchAll(/:(\/\S*maas-mirror-\d+-\d+)$/gm)].map(([, path = '']) => path);
    expect(own.length > 0).toBe((await limitKeepers('buildspecs')).words.includes('cgroup'));
    const tops = [...seen.matchAll(/^\S+ (\S+) cgroup2? /gm)].map(([, top = '']) => top);
    const folders = tops.flatMap((top) => own.map((path) => `${top}${path}`));
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);

    // Whichever of these hierarchies it uses.
    const left = [...new Set(folders.map((folder) => join(dirname(folder), 'maas-mirror-1000000000-1')))];
    const made = left.filter((folder) => existsSync(dirname(folder)));
    for (const folder of made) mkdirSync(folder);
    await run(['perl', script, '90', '300', 'true'], quiet);
    const kept = made.filter((folder) => existsSync(folder));
    for (const folder of kept) rmdirSync(folder);
    expect(kept.length < made.length).toBe(own.length > 0);
  });

  it.each([
    ['SIGTERM', 'process'],
    ['SIGKILL', 'process'],
    ...(['SIGQUIT', 'SIGUSR1', 'SIGALRM', 'SIGKILL'] as const).map((signal) => [signal, 'process group'] as const),
  ] as const)('ends by the signal (%s) that its starter’s %s gets, also where its first process does not want to', async (signal, target) => {
    const started = spawn('perl', [script, '90', '300', ...apart, 'perl', '-e', stubborn], { detached: true });
    const ended = new Promise((end) => started.once('close', end)); // nobody holds its output open any more
    await new Promise((printed) => started.stdout.once('data', printed));
    process.kill(target === 'process' ? pidOf(started) : -pidOf(started), signal);
    await ended;

    expect(started.signalCode).toBe(signal);
  });

  it('ends where its watcher is killed, which is then said', async () => {
    const started = spawn('perl', [script, '90', '300', ...apart, 'perl', '-e', stubborn]);
    const said = text(started.stderr);
    await new Promise((printed) => started.stdout.once('data', printed));
    process.kill(watcherOf(started), 'SIGKILL');

    expect(await said).toBe('within-limits.pl: the watcher was killed, so the program was killed\n');
    expect(await codeOf(started)).toBe(125);
  });

  it('ends a program before it can say that its children were killed', async () => {
    const many = `for (1 .. 200) { fork or exec "sleep", "1000" } $| = 1; print "begun"; wait; print STDERR "a child ended\\n"`;
    const started = spawn('perl', [script, '90', '300', 'perl', '-e', many]);
    const said = text(started.stderr);
    await new Promise((printed) => started.stdout.once('data', printed));
    process.kill(watcherOf(started), 'SIGKILL');

    expect(await said).toBe('within-limits.pl: the watcher was killed, so the program was killed\n');
  });

  it('keeps its limits where its watcher is stopped or gets other signals', async () => {
    const waiting = `$| = 1; print "begun"; <STDIN>; ${bomb(400)}`;
    const [program = '', ...words] = [...machines[1][1], 'perl', script, '90', '300', ...apart, 'perl', '-e', waiting];
    const started = spawn(program, words);
    const said = text(started.stderr);
    await new Promise((printed) => started.stdout.once('data', printed));
    for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGSTOP'] as const) process.kill(watcherOf(started), signal);
    started.stdin.end();

    expect(await said).toBe('limit reached: processes, 300\n');
  });

  it.each([
    'before',
    'after',
  ])('does not begin where the one that starts it is killed just %s it has a watcher', async (moment) => {
    const wrapper = join(__dirname, 'killed-between-forks.pl');
    const started = spawn('perl', [wrapper, moment, '90', '300', 'echo', 'begun']);
    const said = text(started.stdout);
    await new Promise((end) => started.once('close', end)); // it has ended, and its output as well

    expect([await said, started.signalCode]).toEqual(['', 'SIGKILL']);
  });

  it.each([
    ['/nowhere', 127, 'No such file or directory'],
    ['/etc/passwd', 126, 'Permission denied'],
  ])('that is none (%s) ends with the status that shells give it: %d', async (program, code, why) => {
    const started = spawn('perl', [script, '90', '300', program]);
    const said = text(started.stderr);

    expect(await codeOf(started)).toBe(code);
    expect(await said).toBe(`within-limits.pl: ${program}: ${why}\n`);
  });

  it.each([1, 2])('leaves no cgroup behind where fork %d fails', async (count) => {
    const failing = `my $forks = 0;
      BEGIN {
        *CORE::GLOBAL::fork = sub () { return CORE::fork() if ++$forks != ${count}; $! = 11; return undef };
        *CORE::GLOBAL::mkdir = sub (_;$) { CORE::mkdir($_[0]) and print "$_[0]\n" };
      }
      do './${script}' or die $@ || $!`;
    const started = spawn('perl', ['-e', failing, '90', '300', 'echo', 'begun']);
    const [made, said] = [text(started.stdout), text(started.stderr)];

    expect(await codeOf(started)).toBe(125);
    expect(await said).toBe('within-limits.pl: fork: Resource temporarily unavailable\n');
    const folders = (await made).split('\n').filter(Boolean);
    expect(folders.length > 0).toBe((await limitKeepers('buildspecs')).words.includes('cgroup'));
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  });
});

describe('cgroups of version 2', () => {
  it('hold a program by one folder for both limits, as it can be in one only', async () => {
    const unified = temporaryFolder();
    const top = join(unified, 'top');
    mkdirSync(top);
    writeFileSync(join(unified, 'mounts'), `cgroup2 ${top} cgroup2 rw,relatime 0 0\n`);
    writeFileSync(join(unified, 'cgroup'), '0::/\n');
    const wrapper = join(__dirname, 'unified-cgroups.pl');

    await run(['unshare', '--mount', 'perl', wrapper, unified, '90', '300', 'true'], quiet);

    const folders = readdirSync(top);
    expect(folders).toHaveLength(1);
    const limit = (file: string) => Number(readFileSync(join(top, String(folders[0]), file), 'utf8'));
    expect(limit('memory.max')).toBeGreaterThan(0);
    expect(limit('pids.max')).toBe(300);
  });
});

describe('the limits of a tree', () => {
  it('end a stage that makes a sparse file of 200 GB, with its name', async () => {
    await inSmallTree(async (chroot) => {
      await expect(chroot.run(['truncate', '--size=200G', '/root/enormous'], quiet)).rejects.toMatchObject({
        name: 'LimitReached',
        message: expect.stringMatching(
          /larger than 16 GiB \(including holes\): truncate: .*\/root\/enormous.*too large/,
        ),
      });
    });
  });

  it('let a program say which file it was, whatever it has inherited', async () => {
    await inSmallTree(async ({ path }) => {
      // The first process of its namespace would be spared the signal.
      const second = ['sh', '-c', 'truncate --size=200G /root/enormous; exit 1'] as const;
      const words = chrootCommand(path, 'buildspecs', second);
      const failure = run(['env', '--default-signal=XFSZ', ...words], quiet);
      await expect(failure).rejects.toThrow(/'\/root\/enormous'.*File too large/);
    });
  });

  it('end a stage with too many processes', async () => {
    await inSmallTree(async (chroot) => {
      await expect(chroot.run(['perl', '-e', bomb(limits.processes + 10)], quiet)).rejects.toMatchObject({
        name: 'LimitReached',
        message: expect.stringContaining(`${limits.processes} processes`),
      });
    });
  });

  it('make its programs go first where the machine has no memory left', async () => {
    await inSmallTree(async (chroot) => {
      expect(await chroot.run(['cat', '/proc/self/oom_score_adj'], quiet)).toBe('500');
    });
  });
});

describe('whoever keeps the limits', () => {
  it('is told, and why it is not the kernel', async () => {
    const { words, whyNot } = await limitKeepers('buildspecs');
    expect(words).toMatch(/^memory: a (cgroup|watcher), processes: a (cgroup|watcher)$/);
    expect(whyNot !== undefined).toBe(words.includes('watcher'));

    const without = await run([...machines[1][1], 'perl', script, '90', '300'] as [string, ...string[]], quiet);
    expect(without.split('\n')).toEqual([
      'memory: a watcher',
      'processes: a watcher',
      'because: no cgroups are mounted',
    ]);
  });

  it('is a watcher where cgroups are read-only, as in many containers', async () => {
    const readOnly = `for top in $(sed -n 's/^[^ ]* \\([^ ]*\\) cgroup2\\? .*/\\1/p' /proc/self/mounts); do
      mount -o remount,bind,ro "$top"; done; exec "$@"`;
    const said = await run(['unshare', '--mount', 'sh', '-c', readOnly, 'sh', 'perl', script, '90', '300'], quiet);

    expect(said).toMatch(/^memory: a watcher\nprocesses: a watcher\nbecause: \S+: Read-only file system$/);
  });

  it('is said in the log of a build where it is not the kernel', async () => {
    const tools = temporaryFolder();
    cpSync('buildspecs', tools, { recursive: true });
    const said = 'print "memory: a watcher\\nprocesses: a cgroup\\nbecause: read-only\\n"';
    writeFileSync(join(tools, 'within-limits.pl'), said);
    const root = temporaryFolder();
    for (const folder of ['etc', 'root']) mkdirSync(join(root, folder));

    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    {
      await using _chroot = await enterChroot(root, tools);
    }
    const log = write.mock.calls.map(([text]) => String(text)).join('');
    write.mockRestore();
    expect(log).toBe(
      'cannot create a cgroup, so a watcher enforces limits (memory: a watcher, processes: a cgroup): read-only\n',
    );
  });

  it('takes a failure that is none of theirs for what it is', () => {
    const failure = new MirrorError('CommandFailed', 'apt-get exited with 100');
    expect(limitReached(failure)).toBe(failure);
  });
});
