import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  elementOf,
  jsonIn,
  Refused,
  type SignedRequest,
  signedRequest,
} from '../../../lib/cloud/account/signed-request';
import { environment } from '../../fixtures/aws/fake-aws';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const request: SignedRequest = { service: 'sts', host: 'sts.example', method: 'POST', path: '/a', body: 'words' };

/** Sends a request to a server on this machine that answers it with two pieces. */
async function sent(changes: Partial<SignedRequest> = {}) {
  const asked: Asked[] = [];
  const server = createServer(async (incoming, response) => {
    const { method, url, headers } = incoming;
    asked.push({ method, url, headers, body: (await incoming.toArray()).join('') });
    response.writeHead(418).write('one ');
    response.end('other');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  environment({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'eu-west-1' });
  environment({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
  const answer = await signedRequest(new CodeBuildClient(), 'do it', { ...request, ...changes });
  return { answer, asked };
}

describe('a signed request', () => {
  it('is sent as it is, signed for its service in the region of the client, and its answer is read whole', async () => {
    const { answer, asked } = await sent({ headers: { 'x-more': 'more' } });

    expect(answer).toEqual({ status: 418, body: 'one other' });
    expect(asked).toMatchObject([
      { method: 'POST', url: '/a', body: 'words', headers: { host: 'sts.example', 'x-more': 'more' } },
    ]);
    expect(asked[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-west-1\/sts\/aws4_request, SignedHeaders=[^,]*host;[^,]*x-more, Signature=[0-9a-f]{64}$/,
    );
  });

  it('is signed for another region where its service has but one', async () => {
    const { asked } = await sent({ service: 'cloudfront', region: 'us-east-1' });

    expect(asked[0]?.headers.authorization).toContain('/us-east-1/cloudfront/aws4_request');
  });

  it.each([undefined, ''])('goes to its own host over TLS where AWS_ENDPOINT_URL is %j', async (endpoint) => {
    environment({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-west-1' });
    environment({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
    const seen: unknown[] = [];
    const handle = async (sent: unknown) => {
      seen.push(sent);
      return { response: { statusCode: 200, body: [Buffer.from('well')] } };
    };
    const client = new CodeBuildClient({ requestHandler: { handle } as never });

    expect(await signedRequest(client, 'do it', request)).toEqual({ status: 200, body: 'well' });
    expect(seen).toMatchObject([{ protocol: 'https:', hostname: 'sts.example', method: 'POST', path: '/a' }]);
    expect(seen[0]).not.toMatchObject({ port: expect.anything() });
  });

  it('refuses where nobody answers, and says what was asked', async () => {
    environment({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'eu-west-1' });
    environment({ AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });

    await expect(signedRequest(new CodeBuildClient(), 'do it', request)).rejects.toMatchObject({
      name: 'AwsFailed',
      message: expect.stringMatching(/^cannot do it: the request to AWS failed: .*ECONNREFUSED/),
    });
  });
});

describe('an answer', () => {
  it('is read as JSON', () => {
    expect(jsonIn({ status: 200, body: '{"a":1}' }, 'list all')).toEqual({ a: 1 });
  });

  it('refuses as JSON what is none, and shows how it begins', () => {
    const body = `<html>${'x'.repeat(200)}`;
    expect(() => jsonIn({ status: 502, body }, 'list all')).toThrow(
      expect.objectContaining({
        name: 'BadFormat',
        message: `list all: the answer is not JSON: <html>${'x'.repeat(94)}`,
        cause: expect.any(SyntaxError),
      }),
    );
  });

  it.each([
    ['<A><Code>one</Code><Code>two</Code></A>', 'one'],
    ['</Code><Code></Code>', ''],
    ['<A>Code</A>', undefined],
    ['</Code>', undefined],
    ['<Code>without an end', undefined],
    ['</Code> before <Code>', undefined],
  ])('of XML %j has the element %j', (xml, element) => {
    expect(elementOf(xml, 'Code')).toBe(element);
  });

  it('that refuses goes by the name that the service gives it', () => {
    expect(new Refused('Throttling', 'slow down')).toMatchObject({ name: 'Throttling', message: 'slow down' });
  });
});
