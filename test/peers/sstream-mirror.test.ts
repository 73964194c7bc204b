import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../bin/serve/start-server';
import { digestOf } from '../../lib/machine/digest';
import { run } from '../../lib/machine/run';
import { listMirror } from '../../lib/operations/list';
import type { Signer } from '../../lib/simplestreams/openpgp/signer';
import { publish } from '../../lib/stages/publish';
import { openMirrorDirectory, openWorkDirectory } from '../../lib/store/open';
import { makeBuiltRun } from '../fixtures/mirrors/built-run';
import { smallSigner } from '../fixtures/mirrors/small-mirror';
import { pythonVenv } from '../fixtures/programs/python-venv';
import { temporaryFolder } from '../fixtures/temporary-folder';

let sstreamMirror: string;
let signer: Signer;
beforeAll(async () => {
  sstreamMirror = join(await pythonVenv(join(__dirname, 'requirements.txt')), 'bin/sstream-mirror');
  signer = await smallSigner();
});

describe('sstream-mirror of python-simplestreams', () => {
  it('takes a whole view with the published keyring, and later only what is new', async () => {
    const folder = temporaryFolder();
    const [root, taken] = [join(folder, 'mirror'), join(folder, 'taken')];
    const items = await publishInto(root, folder, 'first', '20261120');
    const server = await startServer({ directory: root, listen: '127.0.0.1:0' });
    try {
      await mirrorView(server.url, join(root, 'keyring.gpg'), taken);
      await expectItems(items, join(root, 'pool'), taken);

      const newest = { generic: '20261120.083000', cloud: '20261120.083000' };
      const more = await publishInto(root, folder, 'second', '20261121', newest);
      expect(more.some((item) => item.includes('20261121'))).toBe(true);
      await mirrorView(server.url, join(root, 'keyring.gpg'), taken);
      await expectItems([...items, ...more], join(root, 'pool'), taken);
    } finally {
      await server.close();
    }
  });

  it('refuses a view with the keyring of another key', async () => {
    const folder = temporaryFolder();
    const [root, taken] = [join(folder, 'mirror'), join(folder, 'taken')];
    await publishInto(root, folder, 'first', '20261120');
    const other = join(folder, 'other.gpg');
    await writeFile(other, (await smallSigner('another')).keyring);
    const server = await startServer({ directory: root, listen: '127.0.0.1:0' });
    try {
      await expect(mirrorView(server.url, other, taken)).rejects.toThrow(/gpgv|signature|No public key/i);
      expect(existsSync(join(taken, 'bookworm'))).toBe(false);
    } finally {
      await server.close();
    }
  });
});

/** @returns the paths of the items of the published version */
async function publishInto(
  root: string,
  folder: string,
  execution: string,
  serial: string,
  newest: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const mirror = await openMirrorDirectory(root, { create: true });
  const work = await openWorkDirectory(join(folder, 'work'));
  const input = await makeBuiltRun(work, { execution, serial, newest });
  const published = await publish(input, {
    mirror,
    work,
    signer,
    now: () => new Date(`2026-11-${serial.slice(6)}T08:30:00Z`),
  });
  const rows = await listMirror(mirror);
  const own = rows.filter(({ version }) => version === published.version);
  expect(own).toHaveLength(2);
  return [...new Set(own.flatMap(({ files }) => files.map(({ path }) => path)))];
}

async function mirrorView(url: string, keyring: string, taken: string): Promise<void> {
  const index = `${url.replace(/\/$/, '')}/candidate/streams/v1/index.sjson`;
  await run([sstreamMirror, `--keyring=${keyring}`, index, taken], { quiet: true });
}

async function expectItems(items: readonly string[], pool: string, taken: string): Promise<void> {
  for (const item of items) expect(await digestOf(join(taken, item)), item).toEqual(await digestOf(join(pool, item)));
}
