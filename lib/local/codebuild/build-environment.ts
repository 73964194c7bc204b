import { homedir } from 'node:os';
import { dirname } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The variables of every build on this machine, whatever else is in our own environment: the search path (with the Node
 * that runs us first), a home, a plain terminal, and network settings.
 * @param ours the environment of this process
 */
export function machineEnvironment(ours: Variables, temporary: string): Record<string, string> {
  const network = networkVariables.flatMap((name) => (ours[name] === undefined ? [] : [[name, ours[name]] as const]));
  return {
    PATH: searchPath(ours.PATH ?? ''),
    HOME: ours.HOME ?? homedir(),
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    TMPDIR: temporary,
    ...Object.fromEntries(network),
  };
}

const proxyVariables = ['http_proxy', 'https_proxy', 'no_proxy'];
const networkVariables = [
  ...proxyVariables,
  ...proxyVariables.map((name) => name.toUpperCase()),
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'CURL_CA_BUNDLE',
];

/** `su` without a login leaves out the sbin folders, which may contain mount helpers and losetup. */
function searchPath(ours: string): string {
  const folders = [dirname(process.execPath), ...ours.split(':').filter(Boolean), ...systemFolders];
  return [...new Set(folders)].join(':');
}

export const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
