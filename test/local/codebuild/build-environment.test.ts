import { homedir } from 'node:os';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { machineEnvironment } from '../../../lib/local/codebuild/build-environment';

const node = dirname(process.execPath);
const system = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

test('a build finds programs where we do, the Node that runs us first, and in the folders of the system', () => {
  const path = (PATH: string | undefined) => machineEnvironment({ PATH }, '/scratch/tmp').PATH;

  expect(path('/opt/tools::/usr/bin')).toBe(
    `${node}:/opt/tools:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin`,
  );
  expect(path('')).toBe([...new Set([node, ...system.split(':')])].join(':'));
  expect(path(undefined)).toBe(path(''));
});

test('a build has a home, a plain terminal, a language that every system has, and a folder of its own', () => {
  const { PATH: _, ...others } = machineEnvironment(
    { HOME: '/root', LANG: 'de_DE.UTF-8', TERM: 'xterm' },
    '/scratch/tmp',
  );

  expect(others).toEqual({ HOME: '/root', LANG: 'C.UTF-8', TERM: 'dumb', TMPDIR: '/scratch/tmp' });
  expect(machineEnvironment({}, '/scratch/tmp').HOME).toBe(homedir());
});

test('a build reaches the network as we do, and knows nothing else of ours', () => {
  const network = {
    ...{ http_proxy: 'a', https_proxy: 'b', no_proxy: 'c', HTTP_PROXY: 'd', HTTPS_PROXY: 'e', NO_PROXY: '' },
    ...{ SSL_CERT_FILE: 'f', SSL_CERT_DIR: 'g', NODE_EXTRA_CA_CERTS: 'h', CURL_CA_BUNDLE: 'i' },
  };
  const { PATH: _, ...others } = machineEnvironment({ ...network, AWS_SECRET_ACCESS_KEY: 'x', HOME: '/root' }, '/tmp');

  expect(others).toEqual({ ...network, HOME: '/root', LANG: 'C.UTF-8', TERM: 'dumb', TMPDIR: '/tmp' });
});
