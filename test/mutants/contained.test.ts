import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import '../fixtures/needs-root';
import { temporaryFolder } from '../fixtures/temporary-folder';

const contained = join(__dirname, 'contained.sh');

describe('where changed programs run', () => {
  it('lets nothing be written but what it is told, and temporary folders and a layer on the fixtures that nobody else sees', () => {
    const [writable, fixtures] = [temporaryFolder(), temporaryFolder()];
    writeFileSync(join(fixtures, 'made-before'), 'before\n');
    const own = ['/tmp', '/var/tmp', '"$TMPDIR"', '"$2"'].map((folder) => `${folder}/written-by-a-changed-program`);
    const script = `
      cat "$2/made-before"
      echo yes >"$1/here"
      ! echo no >"$3" || exit 1
      ! echo no >/etc/written-by-a-changed-program || exit 1
      for file in ${own.join(' ')} "$2/made-before"; do echo yes >"$file"; done`;
    const here = join(__dirname, 'written-by-a-changed-program');
    const words = [writable, fixtures, 'sh', '-euc', script, 'sh', writable, fixtures, here];

    const said = execFileSync(contained, words, { stdio: 'pipe' });

    expect(said.toString()).toBe('before\n');
    expect(readFileSync(join(writable, 'here'), 'utf8')).toBe('yes\n');
    expect(readdirSync(fixtures)).toEqual(['made-before']);
    expect(readFileSync(join(fixtures, 'made-before'), 'utf8')).toBe('before\n');
    const outside = ['/tmp', '/var/tmp', '/etc', __dirname].map((one) => join(one, 'written-by-a-changed-program'));
    expect(outside.filter((file) => existsSync(file))).toEqual([]);
  });

  it('refuses a second run in the same place', () => {
    const [folder, fixtures] = [temporaryFolder(), temporaryFolder()];

    const { status, stderr } = spawnSync(contained, [folder, fixtures, contained, folder, fixtures, 'true']);

    expect([status, stderr.toString()]).toEqual([1, `another run works in ${folder}\n`]);
  });

  it('lets no process be seen but its own, and ends them all', () => {
    const outside = spawn('sleep', ['87654']);
    onTestFinished(() => void outside.kill());
    const script = "sleep 76543 & cat /proc/[0-9]*/cmdline | tr '\\0' ' '; exit 7";

    const { status, stdout } = spawnSync(contained, [temporaryFolder(), temporaryFolder(), 'sh', '-c', script]);

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
