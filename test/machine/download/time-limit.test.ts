import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { download, readUrl } from '../../../lib/machine/download/download';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { serve } from '../../store/http/answering-server';
import { handClock } from './hand-clock';

const [tenMinutes, fiveMinutes, anHour] = [600_000, 300_000, 3_600_000];

/** Nothing but the clock of the test ends a request that is silent. */
const patient = { waits: [anHour], silenceMs: anHour };

describe('a document', () => {
  it('refuses to wait longer than ten minutes for one that comes a byte at a time', async () => {
    const clock = handClock();
    const server = await serve((_, response) => void response.write('a', () => clock.ring(tenMinutes)));

    await expect(readUrl(`${server.url}/index`, {}, { ...patient, clock })).rejects.toMatchObject({
      name: 'DownloadFailed',
      message: `${server.url}/index was not downloaded within 10 minutes`,
    });
    expect(server.requests).toHaveLength(1);
    expect(clock.waitedFor()).toEqual([]);
  });

  it('refuses to wait longer before an answer, and before it is asked for again', async () => {
    const clock = handClock();
    const silent = await serve(() => clock.ring(tenMinutes));
    await expect(readUrl(`${silent.url}/index`, {}, { ...patient, clock })).rejects.toThrow(/within 10 minutes/);

    const busy = await serve((_, response) => {
      response.on('close', () => setImmediate(() => clock.ring(tenMinutes)));
      response.writeHead(503).end();
    });
    await expect(readUrl(`${busy.url}/index`, {}, { ...patient, clock })).rejects.toThrow(/within 10 minutes/);
    expect(busy.requests).toHaveLength(1);
  });

  it('has its ten minutes for all tries together', async () => {
    const clock = handClock();
    const waited: number[][] = [];
    const { url } = await serve((_, response) => {
      waited.push(clock.waitedFor());
      if (waited.length === 3) response.end('index');
      else response.writeHead(503).end();
    });
    const read = await readUrl(`${url}/index`, {}, { waits: [0, 0], silenceMs: anHour, clock });
    expect(read?.toString()).toBe('index');
    expect(waited).toEqual([[tenMinutes], [tenMinutes], [tenMinutes]]);
    expect(clock.waitedFor()).toEqual([]);
  });
});

describe('a file', () => {
  const file = randomBytes(10_000_000);
  const promised = { sha256: createHash('sha256').update(file).digest('hex'), size: file.length };

  /** Downloads it from a server that is asked for bytes from the last one on; `step` is told how many have come. */
  async function downloading(step: (there: number, more: (to: number) => void, ring: () => void) => void) {
    const clock = handClock();
    let response: ServerResponse | undefined;
    let sent = 0;
    const more = (to: number) => {
      response?.write(file.subarray(sent, to));
      sent = to;
      if (to === file.length) response?.end();
    };
    const server = await serve((_, answer) => {
      response = answer.writeHead(200, { 'content-length': file.length });
      step(0, more, () => clock.ring(fiveMinutes));
    });
    const to = join(temporaryFolder(), 'squashfs');
    const onProgress = (there: number) => step(there, more, () => clock.ring(fiveMinutes));
    const ended = await download(`${server.url}/squashfs`, to, promised, {
      network: {},
      ...patient,
      clock,
      onProgress,
    }).catch((error: unknown) => error);
    return { url: server.url, ended, to, requests: server.requests.length, waitedFor: clock.waitedFor() };
  }

  it('refuses one that comes slower than 10 kB/s for five minutes, and keeps what has come', async () => {
    const { ended, to, url, requests, waitedFor } = await downloading((there, more, ring) => {
      if (there === 0) more(2_999_999);
      if (there === 2_999_999) ring();
    });
    expect(ended).toMatchObject({
      name: 'DownloadFailed',
      message: `${url}/squashfs sent 2999999 bytes in 5 minutes`,
      hint: expect.stringContaining('to resume the download'),
    });
    expect(statSync(`${to}.part`).size).toBe(2_999_999);
    expect([requests, waitedFor]).toEqual([1, []]);
  });

  it('refuses one that becomes slow after it was fast', async () => {
    const { ended, url } = await downloading((there, more, ring) => {
      if (there === 0) more(8_000_000);
      if (there === 8_000_000) {
        ring();
        more(8_000_001);
      }
      if (there === 8_000_001) ring();
    });
    expect(ended).toMatchObject({ message: `${url}/squashfs sent 1 bytes in 5 minutes` });
  });

  it('may take all the time that it needs at that rate', async () => {
    const { ended, to, requests, waitedFor } = await downloading((there, more, ring) => {
      if (there % 3_000_000 !== 0) return;
      if (there > 0) ring();
      more(Math.min(there + 3_000_000, file.length));
    });
    expect([ended, requests, waitedFor]).toEqual([undefined, 1, []]);
    expect(readFileSync(to).equals(file)).toBe(true);
  });
});
