import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reachedSources } from '../../../lib/stages/probes/reached-sources';
import { type ServedArchive, serveArchive } from '../../fixtures/servers/served-archive';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const once = { waits: [] };

/** Serves these files, which say nothing. */
async function serve(...paths: string[]): Promise<ServedArchive> {
  const served = await serveArchive(folderOf(...paths));
  onTestFinished(() => served.close());
  return served;
}

function folderOf(...paths: string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'signed');
  }
  return folder;
}

const [noble, jammy] = ['dists/noble/InRelease', 'dists/jammy/InRelease'];

describe('the sources that builds read', () => {
  it('are there, all of them, on these hosts', async () => {
    const [one, other] = [await serve(noble, jammy), await serve(noble)];
    const [first = '', second = ''] = [one.url, other.url].map((url) => new URL(url).host).sort();
    const documents = [`http://${second}/${noble}`, `http://${first}/${noble}`, `${one.url}/${jammy}`];

    expect(await reachedSources({ documents }, once)).toBe(`3 documents were read from ${first}, ${second}`);
    expect(await reachedSources({ documents: documents.slice(0, 1) }, once)).toBe(`one document was read from ${second}`);
    expect([...one.requests, ...other.requests].sort()).toEqual([`/${jammy}`, ...Array(3).fill(`/${noble}`)]);
  });

  it('may have a Release in place of the InRelease', async () => {
    const { url, requests } = await serve('dists/noble/Release');

    expect(await reachedSources({ documents: [`${url}/${noble}`] }, once)).toMatch(/^one document was read from /);
    expect(requests).toEqual([`/${noble}`, '/dists/noble/Release']);
  });

  it('may be none, or not tried', async () => {
    expect(await reachedSources({ documents: [] })).toBe('the mirror has no sources to test');
    expect(await reachedSources({ documents: ['http://127.0.0.1:1/'], untried: 'too many' })).toBe(
      'not tested: too many',
    );
  });

  it('refuses those that are missing or cannot be reached, each by its address without a password', async () => {
    const { url } = await serve(noble);
    const login = url.replace('://', '://ann:hush@');
    const documents = [
      `${url}/${noble}`,
      `${login}/${jammy}`,
      `http://127.0.0.1:1/${noble}`,
      `${url}/InRelease/index.json`,
    ];

    const { name, message } = await reachedSources({ documents }, once).then(
      () => new Error('they are there'),
      (error: Error) => error,
    );

    expect(name).toBe('DownloadFailed');
    const [missing, unreachable, other, ...more] = message.split('; ');
    expect(missing).toBe(`${url}/${jammy} does not exist (404)`);
    expect(unreachable).toMatch(/^cannot download http:\/\/127\.0\.0\.1:1\/dists\/noble\/InRelease: /);
    expect(other).toBe(`${url}/InRelease/index.json does not exist (404)`);
    expect(more).toEqual([]);
  });

  it('are asked for through the proxy of the mirror', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer(({ url }, response) => void response.end(`${asked.push(url)}`));
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const documents = [`http://archive.invalid/${noble}`];

    expect(await reachedSources({ documents, proxy: address }, once)).toBe('one document was read from archive.invalid');
    expect(asked).toEqual(documents);
  });
});
