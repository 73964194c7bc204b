import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import '../fixtures/needs-root';
import { temporaryFolder } from '../fixtures/temporary-folder';

const contained = join(__dirname, 'contained.sh');

describe('where changed programs run', () => {
  it('lets nothing be written but what it is told and a temporary folder of its own', () => {
    const folder = temporaryFolder();
    const [writable, other] = [join(folder, 'writable'), join(folder, 'other')];
    for (const made of [writable, other]) mkdirSync(made);
    const here = join(__dirname, 'written-by-a-changed-program');
    const script = `
      echo yes >"$1/here"
      for file in "$2/there" "$3"; do ! echo no >"$file" || exit 1; done
      echo yes >"$TMPDIR/seen"
      echo "$TMPDIR"`;

    const temporary = execFileSync(contained, [writable, 'sh', '-euc', script, 'sh', writable, other, here], {
      stdio: 'pipe',
    });

    expect(readFileSync(join(writable, 'here'), 'utf8')).toBe('yes\n');
    const left = [join(other, 'there'), here, temporary.toString().trim()].filter((file) => existsSync(file));
    expect(left).toEqual([]);
  });

  it('refuses a second run in the same place', () => {
    const folder = temporaryFolder();

    const { status, stderr } = spawnSync(contained, [folder, contained, folder, 'true']);

    expect([status, stderr.toString()]).toEqual([1, `another run works in ${folder}\n`]);
  });

  it('lets no process be seen but its own, and ends them all', () => {
    const outside = spawn('sleep', ['87654']);
    onTestFinished(() => void outside.kill());
    const script = "sleep 76543 & cat /proc/[0-9]*/cmdline | tr '\\0' ' '; exit 7";

    const { status, stdout } = spawnSync(contained, [temporaryFolder(), 'sh', '-c', script]);

    expect(status).toBe(7);
    expect(stdout.toString()).not.toContain('sleep 87654');
    expect(runningPrograms()).toContain('sleep 87654');
    expect(runningPrograms()).not.toContain('sleep 76543');
  });
});

/** Command lines; a process may end while they are read. */
function runningPrograms(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = spawnSync('cat', ['--', ...pids.map((pid) => `/proc/${pid}/cmdline`)]).stdout.toString();
  return [lines.replaceAll('\0', ' ')].flatMap((text) => text.match(/sleep \d+/g) ?? []);
}
