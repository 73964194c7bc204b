import type { GatewaySource } from './gateway-parts';

/** A source that the image knows by another address: one without credentials, or of a folder of this machine. */
export interface MappedSource {
  /** What apt in the image asks for begins with it. */
  readonly uri: string;
  /** What is asked for instead begins with it; without credentials. */
  readonly real: string;
  /** Header that goes with it. */
  readonly authorization?: string;
}

/** Where the image finds folders of this machine: no resolver knows the name. */
const folders = 'http://folder.invalid:80/';

type Addressed = Pick<GatewaySource, 'uri' | 'credentials'>;

/**
 * How the image gets a source whose credentials it may not know, or whose files it has not; undefined for all others. An
 * https address becomes an http one with the port of https, which no other source has.
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

/** What apt says, with the addresses of folders as they were given. */
export function withFolders(text: string): string {
  return text.replaceAll(folders, 'file:///');
}

/** Whether it is a folder of this machine, which the gateway itself hands out. */
export function isFolder({ uri }: Pick<GatewaySource, 'uri'>): boolean {
  return /^file:/i.test(uri);
}

function credentialsOf({ uri, credentials }: Addressed): GatewaySource['credentials'] {
  return credentials ?? credentialsIn(new URL(uri));
}

/** User and password that stand in an address. */
export function credentialsIn({ username, password }: URL): GatewaySource['credentials'] {
  if (username === '' && password === '') return undefined;
  return { user: decoded(username), password: decoded(password) };
}

/** A percent sign that was not escaped stands for itself, as in curl. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString());
}

/** The one file of a source that every apt asks for first. */
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

/** Scheme, host and port, which are one way to the network: `http://archive.example:80`. */
export function wayName(url: URL): string {
  return `${url.protocol}//${url.hostname}:${portOf(url)}`;
}

/** The name of a host as a resolver and a socket want it. */
export function hostOf({ hostname }: Pick<URL, 'hostname'>): string {
  return hostname.replace(/^\[|\]$/g, '');
}
