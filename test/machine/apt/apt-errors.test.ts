import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { downloadPackages } from '../../../lib/machine/apt/apt-download';
import { archiveFailure } from '../../../lib/machine/apt/apt-errors';
import { startProxy } from '../../fixtures/servers/forward-proxy';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { serve } from '../../store/http/answering-server';
import '../../fixtures/needs-root';

/** What apt prints, of 1.2 to 3.1, and what it is told as. */
const said: readonly (readonly [what: string, printed: string, name: string, message: string])[] = [
  [
    'a PPA whose key has 1024 bits, of apt 2.9',
    "W: GPG error: http://ppa/ubuntu questing InRelease: The following signatures were invalid: 661FAC2D (untrusted public key algorithm: rsa1024)\nE: The repository 'http://ppa/ubuntu questing InRelease' is not signed.",
    'BadSignature',
    'is signed only with a 1024-bit RSA key, which the apt of this release rejects: E: The repository',
  ],
  [
    'a PPA whose key has 1024 bits, of apt 3 and sqv',
    "W: OpenPGP signature verification failed: http://ppa/ubuntu resolute InRelease: Sub-process /usr/bin/sqv returned an error code (1), error message is: Signing key on 661FAC2D is not bound:            Policy rejected asymmetric algorithm   because: RSA1024 is not considered secure since 2014-02-01T00:00:00Z\nE: The repository 'http://ppa/ubuntu resolute InRelease' is not signed.",
    'BadSignature',
    'is signed only with a 1024-bit RSA key, which the apt of this release rejects: E: The repository',
  ],
  [
    'a proxy that forbids it',
    `Err:1 http://archive.example/ubuntu noble InRelease
  403  Forbidden [IP: 10.0.0.1 3128]
E: Failed to fetch http://archive.example/ubuntu/dists/noble/InRelease  403  Forbidden [IP: 10.0.0.1 3128]
E: The repository 'http://archive.example/ubuntu noble InRelease' is not signed.`,
    'DownloadFailed',
    'cannot be read: E: Failed to fetch http://archive.example/ubuntu/dists/noble/InRelease  403  Forbidden [IP: 10.0.0.1 3128]',
  ],
  [
    'a proxy that wants a password',
    "E: Failed to fetch http://a/dists/noble/InRelease  407  Proxy Authentication Required [IP: 10.0.0.1 3128]\nE: The repository 'http://a noble InRelease' is not signed.",
    'DownloadFailed',
    'cannot be read: E: Failed to fetch http://a/dists/noble/InRelease  407  Proxy',
  ],
  [
    'a proxy that refuses a tunnel',
    'E: Failed to fetch https://a/dists/noble/InRelease  Invalid response from proxy: HTTP/1.1 407 Proxy Authentication Required     [IP: 10.0.0.1 3128]',
    'DownloadFailed',
    'cannot be read: E: Failed to fetch https://a/dists/noble/InRelease  Invalid response from proxy: HTTP/1.1 407',
  ],
  [
    'a server that may not show it',
    "E: Failed to fetch http://a/dists/noble/InRelease  451  Unavailable For Legal Reasons [IP: 10.0.0.1 80]\nE: The repository 'http://a noble InRelease' is not signed.",
    'DownloadFailed',
    'cannot be read: E: Failed to fetch http://a/dists/noble/InRelease  451',
  ],
  [
    'a server that wants a password, of which apt says first that nothing is signed',
    "E: The repository 'http://a noble InRelease' is not signed.\nE: Failed to fetch http://a/dists/noble/InRelease  401  Unauthorized [IP: 127.0.0.1 3128]",
    'DownloadFailed',
    'cannot be read: E: Failed to fetch http://a/dists/noble/InRelease  401  Unauthorized',
  ],
  [
    'a folder of this machine, by the address that it was given by',
    "E: The repository 'http://folder.invalid:80/srv/nope noble Release' does not have a Release file.",
    'DownloadFailed',
    "has no such release: E: The repository 'file:///srv/nope noble Release' does not have a Release file.",
  ],
  [
    'a login page',
    "E: Failed to fetch http://a/dists/noble/InRelease  Clearsigned file isn't valid, got 'NOSPLIT' (does the network require authentication?)\nE: The repository 'http://a noble InRelease' is not signed.",
    'BadSignature',
    "is not signed by a trusted key: E: Failed to fetch http://a/dists/noble/InRelease  Clearsigned file isn't valid, got 'NOSPLIT'",
  ],
  [
    'the same in the words of apt 1.2',
    "Err:1 http://a xenial InRelease\n  Clearsigned file isn't valid, got 'NODATA' (does the network require authentication?)\nE: Failed to fetch http://a/dists/xenial/InRelease  Clearsigned file isn't valid, got 'NODATA' (does the network require authentication?)\nE: Some index files failed to download. They have been ignored, or old ones used instead.",
    'BadSignature',
    "is not signed by a trusted key: E: Failed to fetch http://a/dists/xenial/InRelease  Clearsigned file isn't valid",
  ],
  [
    'nobody’s signature',
    "E: The repository 'http://a noble Release' is not signed.",
    'BadSignature',
    "is not signed by a trusted key: E: The repository 'http://a noble Release' is not signed.",
  ],
  [
    'a signature that is gone',
    "E: The repository 'http://a noble Release' is no longer signed.",
    'BadSignature',
    "is not signed by a trusted key: E: The repository 'http://a noble Release' is no longer signed.",
  ],
  [
    'another’s signature, warned of before 2.1.16',
    `W: An error occurred during the signature verification. The repository is not updated and the previous index files will be used. GPG error: http://a noble InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 871920D1991BC93C
W: Some index files failed to download. They have been ignored, or old ones used instead.`,
    'BadSignature',
    'is not signed by a trusted key: W: An error occurred during the signature verification',
  ],
  [
    'a signature that sqv does not take',
    'E: Failed to fetch http://a/dists/noble/InRelease  Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key 871920D1991BC93C, which is needed to verify signature.',
    'BadSignature',
    'Sub-process /usr/bin/sqv returned an error code (1)',
  ],
  [
    'an old state',
    'E: Release file for http://a/dists/noble/InRelease is expired (invalid since 5d 2h 3min 4s). Updates for this repository will not be applied.',
    'NotReady',
    'is out of date: E: Release file for http://a/dists/noble/InRelease is expired',
  ],
  [
    'a state of tomorrow',
    'E: Release file for http://a/dists/noble/InRelease is not valid yet (invalid for another 3h 2min 1s). Updates for this repository will not be applied.',
    'NotReady',
    'is out of date: E: Release file for http://a/dists/noble/InRelease is not valid yet',
  ],
  [
    'no such release',
    "Err:2 http://a nosuch Release\n  404  Not Found [IP: 127.0.0.1 80]\nE: The repository 'http://a nosuch Release' does not have a Release file.",
    'DownloadFailed',
    "has no such release: E: The repository 'http://a nosuch Release' does not have a Release file.",
  ],
  [
    'no such release, of mmdebstrap with apt 2.4',
    "E: Sub-process test returned an error code (1)\nW: Download is performed unsandboxed as root as file /tmp/base/var/lib/apt/lists/partial couldn't be accessed by user _apt\nErr:2 http://a bookworm Release\n  404  Not Found [IP: 127.0.0.1 3128]\nE: The repository 'http://a bookworm Release' does not have a Release file.\nE: apt-get update --error-on=any -oAPT::Status-Fd=<$fd> -oDpkg::Use-Pty=false failed\nE: mmdebstrap failed to run",
    'DownloadFailed',
    "has no such release: E: The repository 'http://a bookworm Release' does not have a Release file.",
  ],
  [
    'a release that has gone away',
    "E: The repository 'http://a eoan Release' no longer has a Release file.",
    'DownloadFailed',
    "has no such release: E: The repository 'http://a eoan Release' no longer has a Release file.",
  ],
  [
    'packages that do not fit together',
    `The following packages have unmet dependencies:
 cloud-init : Depends: python3 (>= 3.13) but 3.12.3-0ubuntu2 is to be installed
E: Unable to correct problems, you have held broken packages.`,
    'NotReady',
    'has packages with unmet dependencies: cloud-init : Depends: python3 (>= 3.13) but 3.12.3-0ubuntu2 is to be installed',
  ],
  [
    'the same in the words of apt 3',
    `Unsatisfied dependencies:
 cloud-init : Depends: python3 (>= 3.13) but 3.12.3-0ubuntu2 is to be installed
E: Unable to satisfy dependencies. Reached two conflicting assignments:
   1. cloud-init:amd64=25.1 is selected for install
   2. cloud-init:amd64 Depends python3 (>= 3.13)`,
    'NotReady',
    'has packages with unmet dependencies: cloud-init : Depends: python3 (>= 3.13)',
  ],
  [
    'packages that are held',
    'E: Error, pkgProblemResolver::Resolve generated breaks, this may be caused by held packages.\nE: Unable to correct problems, you have held broken packages.',
    'NotReady',
    'has packages with unmet dependencies: E: Error, pkgProblemResolver',
  ],
  [
    'an index of another time',
    `E: Failed to fetch http://a/dists/noble/main/binary-amd64/Packages  Hash Sum mismatch
   Hashes of expected file:
    - SHA256:c0ffee`,
    'NotReady',
    'is being updated: E: Failed to fetch http://a/dists/noble/main/binary-amd64/Packages  Hash Sum mismatch',
  ],
  [
    'an index of another size',
    'E: Failed to fetch http://a/dists/noble/main/binary-amd64/Packages  File has unexpected size (3 != 5). Mirror sync in progress? [IP: 127.0.0.1 80]',
    'NotReady',
    'is being updated: E: Failed to fetch http://a/dists/noble/main/binary-amd64/Packages  File has unexpected size',
  ],
  [
    'a package that is not there yet',
    'E: Failed to fetch http://a/pool/l/linux_403_amd64.deb  404  Not Found [IP: 127.0.0.1 80]\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?',
    'NotReady',
    'is being updated: E: Failed to fetch http://a/pool/l/linux_403_amd64.deb  404',
  ],
  [
    'a server that is not there',
    'Err:1 http://a noble InRelease\n  Could not connect to a:80 (127.0.0.1). - connect (111: Connection refused)\nE: Failed to fetch http://a/dists/noble/InRelease  Could not connect to a:80 (127.0.0.1). - connect (111: Connection refused)\nE: Some index files failed to download. They have been ignored, or old ones used instead.',
    'DownloadFailed',
    'cannot be read: E: Failed to fetch http://a/dists/noble/InRelease  Could not connect to a:80',
  ],
  [
    'the same, warned of before 2.1.16',
    'Err:1 http://a noble InRelease\n  Could not resolve a\nW: Failed to fetch http://a/dists/noble/InRelease  Could not resolve a\nW: Some index files failed to download. They have been ignored, or old ones used instead.',
    'DownloadFailed',
    'cannot be read: W: Failed to fetch http://a/dists/noble/InRelease  Could not resolve a',
  ],
];

const failed = (printed: string) =>
  archiveFailure(new MirrorError('CommandFailed', `apt-get exited with 100:\n${printed}`));

describe('what apt says', () => {
  it.each(said)('of %s is told by name and with its reason', (_, printed, name, message) => {
    expect(failed(printed)).toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it.each([
    ['E: Unable to locate package nosuch', 'nosuch'],
    ["Package nosuch is not available, but …\nE: Package 'nosuch' has no installation candidate", 'nosuch'],
    ["E: Version '1.2' for 'nosuch' was not found", 'nosuch'],
    ["E: Can't select candidate version from package nosuch as it has no candidate", 'nosuch'],
  ])('of a package that it does not know is told with its name: %s', (printed, name) => {
    expect(failed(printed)).toMatchObject({
      name: 'NoSuchPackage',
      message: `no repository of this build has the package ${name}`,
    });
  });

  it('is told without the password of a repository', () => {
    expect(failed('E: Failed to fetch http://me:s3cret@a/dists/noble/InRelease  Could not resolve a')).toMatchObject({
      message:
        'the package archive cannot be read: E: Failed to fetch http://a/dists/noble/InRelease  Could not resolve a',
    });
  });

  it('is left alone where it is no failure of a program', () => {
    const full = new MirrorError('DiskFull', 'is not signed');
    expect(archiveFailure(full)).toBe(full);
    const bug = new Error('is not signed');
    expect(archiveFailure(bug)).toBe(bug);
  });
});

describe('this machine’s apt', () => {
  /** How the failure to read an archive is told. */
  async function failureAt(uri: string, aptOptions: readonly string[] = []): Promise<unknown> {
    const repositories = [{ uri, suite: 'noble', components: ['main'] }];
    const options = { architecture: 'amd64', repositories, scratch: temporaryFolder(), tools: 'buildspecs' };
    return downloadPackages(['nosuch'], { ...options, aptOptions }).catch((error: unknown) => error);
  }

  it.each([
    [401, 'DownloadFailed', 'cannot be read: E: Failed to fetch .* 401'],
    [403, 'DownloadFailed', 'cannot be read: E: Failed to fetch .* 403'],
    [451, 'DownloadFailed', 'cannot be read: E: Failed to fetch .* 451'],
    [511, 'DownloadFailed', 'cannot be read: E: Failed to fetch .* 511'],
    [404, 'DownloadFailed', 'has no such release: .*does not have a Release file'],
    [200, 'BadSignature', 'is not signed by a trusted key: .*NOSPLIT'],
  ])('is answered %i for everything', async (status, name, message) => {
    const server = await serve((_, response) => response.writeHead(status).end('<html>sign in</html>'));
    const uri = server.url.replace('//', '//me:s3cret@');

    const failure = await failureAt(uri);

    expect(failure).toMatchObject({ name, message: expect.stringMatching(message) });
    expect((failure as MirrorError).message).not.toContain('s3cret');
  });

  it.each(['http', 'https'])('is refused by a proxy (%s)', async (scheme) => {
    await using proxy = await startProxy({ refuse: 407 });
    const address = proxy.address.replace('//', '//me:s3cret@');

    const options = [`Acquire::${scheme}::Proxy "${address}";`, 'Acquire::Retries "0";'];

    const failure = await failureAt(`${scheme}://archive.example`, options);

    expect(failure).toMatchObject({
      name: 'DownloadFailed',
      message: expect.stringContaining('407'),
      hint: expect.stringContaining('--proxy'),
    });
    expect((failure as MirrorError).message).not.toContain('s3cret');
    expect(proxy.authorisations[0]).toMatch(/^Basic /);
  });
});
