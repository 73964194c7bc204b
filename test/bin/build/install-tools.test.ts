import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { installHostTools } from '../../../bin/build/install-tools';
import { BuildRequest } from '../../../lib/job/build-request';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

const requestOf = (release: string, ...architectures: string[]) => BuildRequest.parse({ release, architectures });

/** Installs with a shell that only writes down what it is to run. @returns its words, by the end of each script's path */
async function installed(requests: readonly BuildRequest[], missing: readonly string[]) {
  const folder = temporaryFolder();
  const asked = join(folder, 'asked');
  const answer = missing.map((name) => `echo ${name}`).join('\n');
  writeFileSync(
    join(folder, 'sh'),
    `#!/bin/sh
echo "$LC_ALL $MOOD [$MIRROR_ARCHITECTURE] $*" >>${asked}
case "$2" in --list) ${answer || ':'} ;; *) echo Setting up ;; esac
`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  vi.stubEnv('MOOD', 'calm');
  onTestFinished(() => void vi.unstubAllEnvs());
  const terminal = keptTerminal();
  await installHostTools(requests, terminal);
  expect(existsSync(asked)).toBe(true);
  const said = readFileSync(asked, 'utf8').trimEnd().split('\n');
  return { ...terminal, asked: said.map((line) => line.replace(/\] \/.*\/buildspecs\//, '] ')) };
}

const images = 'fetch upgrade prepare extract boot-test';

it('asks for what is missing to build for all architectures, each once, and installs nothing where all is there', async () => {
  const requests = [requestOf('noble', 'amd64', 'arm64'), requestOf('jammy', 'arm64', 'riscv64')];

  const { asked, errLines } = await installed(requests, []);

  expect(asked).toEqual([`C calm [amd64 arm64 riscv64] host-tools.sh --list ${images}`]);
  expect(errLines).toEqual([]);
});

it('says what it is going to install, and installs it', async () => {
  const requests = [requestOf('noble', 'amd64'), requestOf('bootloaders')];

  const { asked, errLines, outLines } = await installed(requests, ['mmdebstrap', 'qemu-system-x86']);

  expect(asked).toEqual([
    `C calm [amd64] host-tools.sh --list ${images} bootloaders`,
    `C calm [amd64] host-tools.sh ${images} bootloaders`,
  ]);
  expect(errLines).toEqual(['installing on this machine: mmdebstrap qemu-system-x86']);
  expect(outLines).toEqual([]);
});
