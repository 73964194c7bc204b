import { ExecaError } from 'execa';
import { describe, expect, it } from 'vitest';
import { MirrorError } from '../../../lib/errors';
import { archiveFailure, installFailure } from '../../../lib/machine/apt/apt-errors';
import { packageFailure } from '../../../lib/machine/dpkg/package-failure';
import { run } from '../../../lib/machine/run';
import { failing } from '../../fixtures/trees/recorded-tree';

const fetched = 'E: Failed to fetch http://a/dists/noble/InRelease';
const unreachable = 'is its address right and reachable from here? A proxy is given by --proxy, certificates by --ca';
const login =
  'the server, or a proxy before it, refuses or wants a login: check the address and its user and password (--credentials for a repository, --proxy)';
const longerKey = 'ask the owner of the PPA to have it signed by a longer key, or take the package from elsewhere';
const keyring =
  'give the keyring that belongs to it; an archive without signature is never used, and a login page of the network has none';
const expired = 'its InRelease file has expired: the mirror is no longer updated, or this machine’s clock is wrong';
const endOfLife =
  'see that the repository is made for this release; releases past their end of life lie elsewhere (--archive)';
const update =
  'so it is in the middle of an update: run the build again in some minutes; if it stays, a repository that was added does not fit the release';
const again = 'run the build again in some minutes';

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
      'is signed by a key of RSA-1024 only, which the apt of this release refuses',
      longerKey,
    ],
    [
      "E: The repository 'x' is not signed.",
      'BadSignature',
      'is not signed by the key that it must be signed by',
      keyring,
    ],
    ['E: x BADSIG 12', 'BadSignature', 'is not signed by the key that it must be signed by', keyring],
    ['E: x EXPKEYSIG 12', 'BadSignature', 'is not signed by the key that it must be signed by', keyring],
    ['E: x REVKEYSIG 12', 'BadSignature', 'is not signed by the key that it must be signed by', keyring],
    [
      'E: The following signatures were invalid',
      'BadSignature',
      'is not signed by the key that it must be signed by',
      keyring,
    ],
    [
      "E: the signature couldn't be verified",
      'BadSignature',
      'is not signed by the key that it must be signed by',
      keyring,
    ],
    ['E: x could not be verified', 'BadSignature', 'is not signed by the key that it must be signed by', keyring],
    ['E: x was not verified', 'BadSignature', 'is not signed by the key that it must be signed by', keyring],
    ['E: Release file for x is not valid any more', 'NotReady', 'is out of date', expired],
    ["E: The repository 'x' does not have a Release file.", 'DownloadFailed', 'has no such release', endOfLife],
    ['E: x and y have unmet dependencies', 'NotReady', 'offers packages that do not fit together', update],
    ['E: x : Depends: y but it is not installable', 'NotReady', 'offers packages that do not fit together', update],
    ['E: x is not going to be installed', 'NotReady', 'offers packages that do not fit together', update],
    ['E: Unable to satisfy dependencies', 'NotReady', 'offers packages that do not fit together', update],
    [`${fetched}  404   Not Found`, 'NotReady', 'is being updated', again],
    ['E: x Hash Sum mismatch', 'NotReady', 'is being updated', again],
    ['E: x Mirror sync in progress?', 'NotReady', 'is being updated', again],
  ])('that says %j comes with what to do about it', (printed, name, what, hint) => {
    const error = failing(`apt-get ended 100:\n${printed}`);
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
      'apt would have to change what the image has on hold: linux-generic, zstd, zlib1g',
      'take the hold out of the base image (apt-mark unhold), or ask for something else',
    ],
    [
      'x\nrun-parts: /etc/kernel/postinst.d/zz exited with return code 12\nE: y',
      'CommandFailed',
      'the hook /etc/kernel/postinst.d/zz failed with exit code 12',
      'it belongs to the image or to one of its packages: the log has what it said; mend or remove it there',
    ],
    [
      'dpkg: error processing package small (--configure):\n installed post-installation script returned 1\nE: z',
      'CommandFailed',
      'dpkg could not install small: installed post-installation script returned 1',
      'the log has what its scripts said before',
    ],
    [
      'dpkg: error processing archive /a/small.deb (--unpack):\n  trying to overwrite /b',
      'CommandFailed',
      'dpkg could not install /a/small.deb: trying to overwrite /b',
      'the log has what its scripts said before',
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
