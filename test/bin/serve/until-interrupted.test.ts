import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { main } from '../../../bin/command-line';
import { exitCode } from '../../../bin/terminal/interruptible';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { makeSmallMirror, smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { keptTerminal } from '../terminal/kept-terminal';

let signer: Signer;
beforeAll(async () => {
  signer = await smallSigner();
});

it('serves a mirror and says the address of each view, until it is interrupted', async () => {
  const { root } = await makeSmallMirror(temporaryFolder(), { signer });
  await makeSmallMirror(root, { signer, view: 'stable', kernels: ['generic'] });
  mkdirSync(join(root, 'other'));
  const terminal = keptTerminal();
  const before = process.listenerCount('SIGHUP');
  let isReady = () => {};
  const ready = new Promise<void>((resolve) => {
    isReady = resolve;
  });
  const err = (line: string) => {
    terminal.err(line);
    isReady();
  };

  const ended = main(['serve', root, '--listen', '127.0.0.1:0'], { ...terminal, err });
  await ready;
  const [, url = ''] = /^serving .* at (http:\/\/127\.0\.0\.1:\d+)$/.exec(terminal.outLines[0] ?? '') ?? [];
  expect(terminal.outLines).toEqual([
    `serving ${root} at ${url}`,
    `  view candidate: ${url}/candidate/`,
    `  view stable: ${url}/stable/`,
  ]);
  expect(terminal.errLines).toEqual(['press Ctrl-C to stop']);
  expect((await fetch(`${url}/candidate/streams/v1/index.sjson`)).status).toBe(200);
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);

  process.emit('SIGHUP', 'SIGHUP');

  expect(await ended).toBe(0);
  await expect(fetch(`${url}/keyring.gpg`)).rejects.toThrow();
  expect(process.listenerCount('SIGHUP')).toBe(before);
  expect([exitCode(0), exitCode(1)]).toEqual([0, 129]); // it was told to end, and did
});

it('refuses to serve a folder that is no mirror', async () => {
  const terminal = keptTerminal();
  expect(await main(['serve', temporaryFolder()], terminal)).toBe(1);
  expect(terminal.errLines[0]).toMatch(/^error: \/\S+ is not a mirror: it is empty$/);
});
