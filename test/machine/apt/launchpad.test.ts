import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { MirrorError } from '../../../lib/errors';
import { type PpaKey, ppaKey } from '../../../lib/machine/apt/launchpad';
import { parseStrictJson } from '../../../lib/simplestreams/strict-json';
import { servePpas } from '../../fixtures/images/look-alike/launchpad';
import { type KeyAnswer, makePpa } from '../../fixtures/images/look-alike/ppa';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { serve } from '../../store/http/answering-server';

const daily = { owner: 'cloud-init-dev', name: 'daily' };
const by = { network: {}, parse: parseStrictJson };
const quick = { waits: [], silenceMs: 3_600_000 };
const path = '/devel/~cloud-init-dev/+archive/ubuntu/daily';

async function ppaWith(keyAnswer: KeyAnswer, isPrivate = false) {
  return makePpa(temporaryFolder(), { ...daily, release: 'noble', packages: [], keyAnswer, private: isPrivate });
}

describe('the key of a PPA', () => {
  it.each(['', '/', '/devel', '/1.0/'])('is what Launchpad has, by its API at …%s', async (ending) => {
    const ppa = await ppaWith('key');
    await using launchpad = await servePpas(ppa);

    const key = await ppaKey(launchpad.url + ending, daily, by, quick);

    expect(key).toEqual<PpaKey>({ fingerprint: ppa.signer.fingerprint, armoured: ppa.keyData ?? '' });
    expect(launchpad.requests).toEqual([path, `${path}?ws.op=getSigningKeyData`]);
  });

  it('may not have been made yet', async () => {
    await using launchpad = await servePpas(await ppaWith('null'));

    await expect(ppaKey(launchpad.url, daily, by, quick)).rejects.toMatchObject({
      name: 'NotReady',
      message: 'ppa:cloud-init-dev/daily has no signing key yet',
      hint: 'Launchpad creates it a few minutes after the first upload to a PPA; run the build again then',
    });
  });

  it('refuses a PPA that does not exist', async () => {
    await using launchpad = await servePpas();

    await expect(ppaKey(launchpad.url, daily, by, quick)).rejects.toMatchObject({
      name: 'BadInput',
      message: 'Launchpad has no ppa:cloud-init-dev/daily',
      hint: `check the spelling; ${launchpad.url}${path} returned 404`,
    });
  });

  it.each([
    ['says so', 'key' as const, true],
    ['gives its key to nobody', 'unauthorized' as const, false],
  ])('refuses a private PPA, of which Launchpad %s', async (_, keyAnswer, isPrivate) => {
    await using launchpad = await servePpas(await ppaWith(keyAnswer, isPrivate));

    await expect(ppaKey(launchpad.url, daily, by, quick)).rejects.toMatchObject({
      name: 'BadInput',
      message: 'ppa:cloud-init-dev/daily is private or disabled',
      hint: 'specify it as a deb822 stanza with its key in Signed-By, and its user and password in credentials:',
    });
  });
});

describe('what is no answer of Launchpad', () => {
  /** How an answer to everything is told, when the address of the API has a password in it. */
  async function failureAt(listener: RequestListener): Promise<{ failure: MirrorError; requests: string[] }> {
    const server = await serve(listener);
    const api = server.url.replace('//', '//me:s3cret@');
    const failure = await ppaKey(api, daily, by, quick).then(String, (error: MirrorError) => error);
    if (typeof failure === 'string') throw new Error(`there was a key: ${failure}`);
    expect(`${failure.message} ${failure.hint} ${failure.cause}`).not.toContain('s3cret');
    return { failure, requests: server.requests.map(({ url }) => url ?? '') };
  }

  it('refuses to be sent elsewhere: nobody signs what comes', async () => {
    await using elsewhere = await servePpas(await ppaWith('key'));

    const { failure, requests } = await failureAt(({ url }, response) => {
      response.writeHead(302, { location: `${elsewhere.url}${url}` }).end();
    });

    expect(failure).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/devel\/.* returned 302$/),
    });
    expect(requests).toHaveLength(1);
    expect(elsewhere.requests).toEqual([]);
  });

  it('refuses a proxy’s or server’s 403, and does not call the PPA private for it', async () => {
    const { failure } = await failureAt((_, response) => response.writeHead(403).end());

    expect(failure).toMatchObject({ name: 'DownloadFailed', message: expect.stringMatching(/daily returned 403$/) });
    expect(`${failure.message} ${failure.hint}`).not.toContain('private');
  });

  it.each([
    ['401', 401, '', 'BadInput', /^ppa:cloud-init-dev\/daily is private/],
    ['404', 404, '', 'BadInput', /^Launchpad has no ppa/],
    ['a login page', 200, '<html>sign in</html>', 'DownloadFailed', /is not a response from Launchpad: <html>sign in/],
    ['a bare word', 200, '"word"', 'DownloadFailed', /is not a response from Launchpad: "word"/],
  ])('refuses %s without showing the password of its address', async (_, status, body, name, message) => {
    const { failure } = await failureAt((_request, response) => response.writeHead(status).end(body));

    expect(failure).toMatchObject({ name, message: expect.stringMatching(message) });
    const proxy = 'check the URL of the Launchpad API; a proxy may have answered instead';
    if (status === 200) expect(failure.hint).toBe(proxy);
  });

  it('shows the beginning of what is no answer, in one line', async () => {
    const { failure } = await failureAt((_request, response) => response.end(`  ${'x'.repeat(90)}`));
    expect(failure.message.replace(/.*: /, '')).toBe('x'.repeat(78));
    expect(failure.cause).toBeInstanceOf(Error);
  });

  it('refuses an answer that is whole and has no key', async () => {
    for (const own of [{}, { private: 'true', signing_key_fingerprint: 7 }, { signing_key_fingerprint: null }]) {
      const { failure } = await failureAt(({ url }, response) =>
        response.end(JSON.stringify(url?.includes('?') ? 'armoured' : own)),
      );
      expect(failure).toMatchObject({ name: 'NotReady' });
    }
    const { failure } = await failureAt((_request, response) => response.end('null'));
    expect(failure).toMatchObject({ name: 'DownloadFailed', message: expect.stringMatching(/Launchpad: null$/) });
  });

  it('refuses what is longer than any answer of it', async () => {
    const { failure } = await failureAt((_, response) => response.end(Buffer.alloc(1024 * 1024 + 1)));

    expect(failure).toMatchObject({ name: 'DownloadFailed', message: expect.stringContaining('1048576 bytes') });
  });
});
