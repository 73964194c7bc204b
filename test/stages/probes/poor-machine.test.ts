import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { probe } from '../../../lib/stages/probe';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { withProgress } from '../made/workbench';
import '../../fixtures/needs-root';

/** Programs of a machine on which nothing is as the stages need it. */
const programs = {
  perl: `printf 'memory: a watcher\\nprocesses: a watcher\\nbecause: the tree is read-only\\n'`,
  unshare: `printf '  lo: 0\\neth0: 0\\n'`,
  losetup: 'exit 1',
  umount: 'exit 0',
  mount: `case "$*" in
    *loop*) echo "mount: Operation not permitted" >&2; exit 32 ;;
    *overlay\\ root) echo other > upper/below; rmdir root; ln -s upper root ;;
  esac`,
};

let scratch: string;
beforeEach(() => {
  const bin = temporaryFolder();
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  scratch = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'small', scratch]);
  onTestFinished(() => void execFileSync('/bin/umount', ['--lazy', scratch]));
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
});
afterEach(() => void vi.unstubAllEnvs());

it('says of a machine that lacks what the stages need what it lacks', async () => {
  const { result, shown } = await withProgress(() => probe({ scratch, tools: 'buildspecs', stages: ['extract'] }));

  expect(Object.fromEntries(result.probes.map(({ name, ok, evidence }) => [name, `${ok}: ${evidence}`]))).toEqual({
    machine: expect.stringMatching(
      /^false: NotSupported: Linux \S+ on \S+, [\d.]+ GiB of memory, 0 GiB of disk free; a build needs 3 GiB of memory and 10 GiB of disk$/,
    ),
    namespaces: 'true: own mount, PID and IPC namespaces',
    filter: 'false: NotSupported: system calls of package scripts are not filtered',
    limits: 'true: memory: a watcher, processes: a watcher, file size: 16 GiB (no cgroup: the tree is read-only)',
    loop: 'false: NotSupported: no loop devices; images are unpacked instead, which takes longer',
    overlay: 'false: NotSupported: an overlay shows the wrong content: "other\\nabove\\n"',
    network: 'false: NotSupported: programs in an image would have access to the network of this machine: lo,eth0',
  });
  expect(shown).toEqual(result.probes.map(({ name }) => `testing ${name}`));
});
