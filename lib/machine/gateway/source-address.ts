import type { GatewaySource } from './gateway-parts';

/** A source that has another URL in the image: one with credentials, or a folder on this machine. */
export interface MappedSource {
  /** Prefix of the URLs that apt in the image requests. */
  readonly uri: string;
  /** Prefix of the real URLs, without credentials. */
  readonly real: string;
  /** Header to send with requests. */
  readonly authorization?: string;
}

/** Base URL in the image for folders on this machine; the name never resolves. */
const folders = 'http://folder.invalid:80/';

type Addressed = Pick<GatewaySource, 'uri' | 'credentials'>;

/**
 * Maps a source with credentials, or a folder on this machine, to a URL for the image; undefined for all other sources.
 * An https URL becomes an http URL with port 443, which no other source uses.
 */
export function mappedSource(source: Addressed): MappedSource | undefined {
  if (isFolder(source)) {
    const path = new URL(source.uri).pathname.replace(/\/*$/, '/');
    return { uri: `${folders}${path.slice(1)}`, real: `file://${path}` };
  }
  const credentials = credentialsOf(source);
  if (credentials === undefined) return undefined;
  const url = withoutCredentials(source.uri);
  const place = `${url.hostname}:${portOf(url)}${url.pathname.replace(/\/*$/, '/')}`;
  const { user, password } = credentials;
  return {
    uri: url.protocol === 'https:' ? `http://${place}` : url.href,
    real: `${url.protocol}//${place}`,
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  };
}

/** Restores the original URLs of folders in a message of apt. */
export function withFolders(text: string): string {
  return text.replaceAll(folders, 'file:///');
}

/** Whether a source is a folder on this machine, which the gateway itself serves. */
export function isFolder({ uri }: Pick<GatewaySource, 'uri'>): boolean {
  return /^file:/i.test(uri);
}

function credentialsOf({ uri, credentials }: Addressed): GatewaySource['credentials'] {
  return credentials ?? credentialsIn(new URL(uri));
}

/** User and password in a URL. */
export function credentialsIn({ username, password }: URL): GatewaySource['credentials'] {
  if (username === '' && password === '') return undefined;
  return { user: decoded(username), password: decoded(password) };
}

/** An unescaped percent sign stands for itself, as in curl. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

/** The file of a source that apt requests first. */
export function inReleaseAddress({ uri, suite }: GatewaySource): URL {
  const base = withoutCredentials(uri).href.replace(/\/*$/, '/');
  const folder = suite.endsWith('/') ? suite.replace(/^\/+/, '') : `dists/${suite}/`;
  return new URL(`${base}${folder}InRelease`);
}

function withoutCredentials(uri: string): URL {
  const url = new URL(uri);
  url.username = '';
  url.password = '';
  return url;
}

export function portOf({ port, protocol }: Pick<URL, 'port' | 'protocol'>): string {
  return port || (protocol === 'https:' ? '443' : '80');
}

/** Scheme, host and port, which identify a way to the network: `http://archive.example:80`. */
export function wayName(url: URL): string {
  return `${url.protocol}//${url.hostname}:${portOf(url)}`;
}

/** Host name as resolvers and sockets expect it. */
export function hostOf({ hostname }: Pick<URL, 'hostname'>): string {
  return hostname.replace(/^\[|\]$/g, '');
}
