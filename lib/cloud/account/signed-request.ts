import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { MirrorError } from '../../errors';
import { asking } from '../asking';

/** A request to a service that is used too little to bundle its client. */
export interface SignedRequest {
  /** The name in the signature: `servicequotas`. */
  readonly service: string;
  /** @default - that of the client */
  readonly region?: string;
  readonly host: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Sends a request with the client of another service, with its credentials, proxy and timeouts. AWS_ENDPOINT_URL applies as for
 * the clients.
 * @param what the request does, as in "AWS did not …"
 * @throws AwsFailed without an answer; NoCredentials, WrongRegion
 */
export async function signedRequest(
  { config }: CodeBuildClient,
  what: string,
  { service, host, headers = {}, region, ...request }: SignedRequest,
): Promise<RawAnswer> {
  return asking(what, async () => {
    const signer = await config.signer();
    const { hostname, port, protocol } = endpointOf(host);
    const unsigned = {
      ...request,
      protocol,
      hostname,
      query: {},
      headers: { ...headers, host },
      ...(port && { port }),
    };
    const signingRegion = region ?? (await config.region());
    const signed = await signer.sign(unsigned as never, { signingService: service, signingRegion });
    const { response } = await config.requestHandler.handle(signed as never);
    return { status: response.statusCode, body: await textOf(response.body) };
  });
}

function endpointOf(host: string): { protocol: string; hostname: string; port?: number } {
  const { AWS_ENDPOINT_URL } = process.env;
  const { protocol, hostname, port } = new URL(AWS_ENDPOINT_URL || `https://${host}`);
  return { protocol, hostname, ...(port && { port: Number(port) }) };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** An error of a service, with its own message. */
export class Refused extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** @throws BadFormat if the answer is not JSON */
export function jsonIn({ body }: RawAnswer, what: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(body) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new MirrorError('BadFormat', `${what}: the answer is not JSON: ${body.slice(0, 100)}`, { cause });
  }
}

/** The text of the first element with this name in an XML answer. */
export function elementOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, start);
  return start === -1 || end === -1 ? undefined : xml.slice(start + name.length + 2, end);
}
