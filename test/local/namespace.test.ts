import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { namespaceCommand, requireNamespaces } from '../../lib/local/namespace';
import { temporaryFolder } from '../fixtures/temporary-folder';

/** For this test, the only programs are a shell's, and a setpriv that does this. */
function withSetpriv(script: string | undefined): void {
  const folder = temporaryFolder();
  if (script !== undefined) {
    writeFileSync(join(folder, 'setpriv'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'setpriv'), 0o755);
  }
  const before = process.env.PATH;
  process.env.PATH = folder;
  onTestFinished(() => {
    process.env.PATH = before;
  });
}

test('a command runs as the first process of namespaces of its own, which end with us', () => {
  expect(namespaceCommand(['bash', 'shell.sh'])).toEqual([
    ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--mount-proc'],
    ...['--pid', '--fork', '--kill-child', 'bash', 'shell.sh'],
  ]);
});

test('namespaces are tried with a command that does nothing', async () => {
  withSetpriv(
    '[ "$*" = "--pdeathsig KILL unshare --mount --propagation private --mount-proc --pid --fork --kill-child true" ]',
  );

  await expect(requireNamespaces()).resolves.toBeUndefined();
});

test('refuses to build where namespaces are not permitted, and says what permits them', async () => {
  withSetpriv('echo "unshare failed: Operation not permitted" >&2; exit 1');

  await expect(requireNamespaces()).rejects.toMatchObject({
    name: 'NotRoot',
    message: expect.stringMatching(
      /^cannot create namespaces for builds: .*setpriv.*unshare failed: Operation not permitted/s,
    ),
    hint: 'run as root; start a container with --privileged',
    cause: { name: 'CommandFailed' },
  });
});

test('refuses to build without util-linux, by another name than missing rights', async () => {
  withSetpriv(undefined);

  await expect(requireNamespaces()).rejects.toMatchObject({ name: 'MissingTool' });
});
