import { ExecaError } from 'execa';
import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { archiveFailure, installFailure } from '../../../lib/machine/apt/apt-errors';
import { packageFailure } from '../../../lib/machine/dpkg/package-failure';
import { run } from '../../../lib/machine/run';
import { failing } from '../../fixtures/trees/recorded-tree';

const fetched = 'E: Failed to fetch http://a/dists/noble/InRelease';
const unreachable =
  'check that its URL is correct and reachable from this machine; use --proxy for a proxy, --ca for a private CA';
const login =
  'the server or a proxy denies access or requires a login: check the URL, user and password (--credentials for a repository, --proxy)';
const longerKey = 'ask the owner of the PPA to have it signed with a longer key, or use another source for the package';
const keyring =
  'specify the keyring of this archive; unsigned archives are never used (a network login page in place of the archive has no signature either)';
const expired =
  'its InRelease file has expired or is not valid yet: the archive is no longer updated, or this machine’s clock is wrong';
const endOfLife =
  'check that the repository supports this release; releases past their end of life are on another server (--archive)';
const update =
  'the archive is probably mid-update: run the build again in a few minutes; if the error persists, an added repository does not fit the release';
const again = 'run the build again in a few minutes';

describe('a failure of apt', () => {
  it.each([
    [`${fetched}  Could not resolve a`, 'DownloadFailed', 'cannot be read', unreachable],
    [`${fetched}  502  a cannot be reached`, 'DownloadFailed', 'cannot be read', unreachable],
    [`${fetched}  503  Busy`, 'DownloadFailed', 'cannot be read', unreachable],
    [`${fetched}  504  Slow\nE: The repository 'x' is not signed.`, 'DownloadFailed', 'cannot be read', unreachable],
    [`${fetched}  401  Unauthorized`, 'DownloadFailed', 'cannot be read', login],
    [`${fetched}  499  Odd`, 'DownloadFailed', 'cannot be read', login],
    [`${fetched}  511  Login`, 'DownloadFailed', 'cannot be read', login],
    [`${fetched}  HttpError407`, 'DownloadFailed', 'cannot be read', login],
    [
      'E: x: RSA1024 is not considered secure',
      'BadSignature',
      'is signed only with a 1024-bit RSA key, which the apt of this release rejects',
      longerKey,
    ],
    ["E: The repository 'x' is not signed.", 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: x BADSIG 12', 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: x EXPKEYSIG 12', 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: x REVKEYSIG 12', 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: The following signatures were invalid', 'BadSignature', 'is not signed by a trusted key', keyring],
    ["E: the signature couldn't be verified", 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: x could not be verified', 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: x was not verified', 'BadSignature', 'is not signed by a trusted key', keyring],
    ['E: Release file for x is not valid any more', 'NotReady', 'is out of date', expired],
    ["E: The repository 'x' does not have a Release file.", 'DownloadFailed', 'has no such release', endOfLife],
    ['E: x and y have unmet dependencies', 'NotReady', 'has packages with unmet dependencies', update],
    ['E: x : Depends: y but it is not installable', 'NotReady', 'has packages with unmet dependencies', update],
    ['E: x is not going to be installed', 'NotReady', 'has packages with unmet dependencies', update],
    ['E: Unable to satisfy dependencies', 'NotReady', 'has packages with unmet dependencies', update],
    [`${fetched}  404   Not Found`, 'NotReady', 'is being updated', again],
    ['E: x Hash Sum mismatch', 'NotReady', 'is being updated', again],
    ['E: x Mirror sync in progress?', 'NotReady', 'is being updated', again],
  ])('that says %j comes with what to do about it', (printed, name, what, hint) => {
    const error = failing(`apt-get exited with 100:\n${printed}`);
    const failure = archiveFailure(error);

    expect(failure).toMatchObject({ name, hint, cause: error });
    expect((failure as MirrorError).message).toBe(`the package archive ${what}: ${printed.split('\n')[0]}`);
  });

  it.each([
    ['what needs what', ' one : PreDepends: two\nE: Failed to fetch x', 'one : PreDepends: two'],
    ['what excludes what', ' one : Conflicts: two\nE: broken', 'one : Conflicts: two'],
    ['what breaks what', ' one : Breaks: two\nE: broken', 'one : Breaks: two'],
    ['what cannot be fetched', `E: other\n${fetched}`, fetched],
    ['its errors', 'W: warning\nE: Some index files failed to download.\nE: other', 'E: other'],
    ['its warnings', 'Err:1 x\nW: Some index files failed to download.\nW: other', 'W: other'],
    ['what had an error', 'Get:1 y\nErr:1 x\nlast', 'Err:1 x'],
    ['its last line', 'first\n  last  ', 'last'],
  ])('gives as its reason %s', (_, printed, reason) => {
    expect(archiveFailure(failing(printed))).toMatchObject({
      message: `the package archive cannot be read: ${reason}`,
    });
  });

  it('is found in all that apt printed, of which a message has the last lines only', async () => {
    const long = "E: Unable to locate package nosuch\n' 'E: 1' 'E: 2' 'E: 3' 'E: 4' 'E: 5' 'E: 6' 'E: 7' 'E: 8' 'E: 9";
    for (const to of ['1', '2']) {
      const script = `printf '%s\\n' '${long}' >&${to}; exit 100`;
      const error = (await run(['sh', '-c', script], { quiet: true, shown: ['apt-get'] }).catch(
        (caught) => caught,
      )) as MirrorError;
      expect(error.cause).toBeInstanceOf(ExecaError);
      expect(error.message).not.toContain('nosuch');
      for (const told of [archiveFailure, installFailure]) {
        expect(told(error)).toMatchObject({ name: 'NoSuchPackage', message: expect.stringMatching(/ nosuch$/) });
      }
    }
  });

  it('is no archive’s fault once nothing is fetched any more', () => {
    for (const error of [failing(fetched), new Error('x'), new MirrorError('DiskFull', 'Unable to locate package x')]) {
      expect(installFailure(error)).toBe(error);
    }
    expect(installFailure(failing('run-parts: /a exited with return code 3'))).toMatchObject({
      message: 'the hook /a failed with exit code 3',
    });
    const hook = failing(`run-parts: /a exited with return code 3\n${fetched}`);
    expect(archiveFailure(hook)).toMatchObject({ message: 'the hook /a failed with exit code 3', cause: hook });
  });
});

describe('a failure of dpkg', () => {
  const held = `The following packages have been kept back:
  small
The following held packages will be changed:
  linux-generic   zstd
  zlib1g
2 upgraded, 0 newly installed
E: Held packages were changed and -y was used without --allow-change-held-packages.`;

  it.each([
    [
      held,
      'KeptBack',
      'apt would have to change packages that the image holds: linux-generic, zstd, zlib1g',
      'remove the hold from the base image (apt-mark unhold), or request other packages',
    ],
    [
      'x\nrun-parts: /etc/kernel/postinst.d/zz exited with return code 12\nE: y',
      'CommandFailed',
      'the hook /etc/kernel/postinst.d/zz failed with exit code 12',
      'the hook comes from the image or one of its packages: see its output in the log, then fix or remove it there',
    ],
    [
      'dpkg: error processing package small (--configure):\n installed post-installation script returned 1\nE: z',
      'CommandFailed',
      'dpkg could not install small: installed post-installation script returned 1',
      'see the output of its scripts in the log',
    ],
    [
      'dpkg: error processing archive /a/small.deb (--unpack):\n  trying to overwrite /b',
      'CommandFailed',
      'dpkg could not install /a/small.deb: trying to overwrite /b',
      'see the output of its scripts in the log',
    ],
  ])('that says %j comes with what to do about it', (printed, name, message, hint) => {
    const error = failing(printed);
    expect(packageFailure(error)).toMatchObject({ name, message, hint, cause: error });
  });

  it('hides no colours and passwords in what it names', () => {
    expect(packageFailure(failing('run-parts: /\u001b[31ma exited with return code 1'))).toMatchObject({
      message: 'the hook /a failed with exit code 1',
    });
    const why = 'dpkg: error processing package a\u001b[1mb (--x):\n of http://me:s3cret@a/';
    expect(packageFailure(failing(why))).toMatchObject({ message: 'dpkg could not install ab: of http://a/' });
  });

  it('is none where the words stand elsewhere in a line, or what failed is no program', () => {
    for (const error of [
      failing('see run-parts: /a exited with return code 3'),
      failing('see dpkg: error processing package a (--x):\n why'),
      failing('see E: Held packages were changed'),
      new MirrorError('DiskFull', 'run-parts: /a exited with return code 3'),
      new Error('run-parts: /a exited with return code 3'),
    ]) {
      expect(packageFailure(error)).toBeUndefined();
    }
  });
});
