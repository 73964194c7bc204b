import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optionOf } from '../../../bin/request/option-of';
import type { RequestOptions } from '../../../bin/request/request-options';
import { requestsFrom } from '../../../bin/request/requests-from';
import { stanzaAt } from '../../fixtures/archives/private-stanza';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const hint = 'run `maas-mirror build --help` for usage';

function written(text: string): string {
  const file = join(temporaryFolder(), 'a.sources');
  writeFileSync(file, text);
  return file;
}

describe('a message about an option', () => {
  it.each<[RequestOptions, string]>([
    [{ arch: 'x86_64' }, 'invalid --arch "x86_64": must be a dpkg architecture, such as amd64'],
    [{ arch: ',' }, 'invalid --arch []: must name at least one architecture'],
    [{ kernel: 'ga,HWE' }, 'invalid --kernel "HWE": must be a kernel flavour, such as ga or hwe-edge'],
    [{ optionalKernel: 'HWE' }, 'invalid --optional-kernel "HWE": must be a kernel flavour, such as ga or hwe-edge'],
    [{ view: 'pool' }, 'invalid --view "pool": is a reserved name, as are pool, snapshots, bootloaders and pages'],
    [{ serial: 'newest' }, 'invalid --serial "newest": must be a serial, such as 20261120 or 20261120.1'],
    [{ bootTimeout: '181' }, 'invalid --boot-timeout 181: must be a whole number of minutes from 1 to 180'],
    [{ package: ['vim', '-y'] }, 'invalid --package "-y": must be a package name'],
    [{ purge: ['vim-'] }, 'invalid --purge "vim-": must be a package name'],
    [{ proposed: 'Vim' }, 'invalid --proposed "Vim": must be a package name'],
    [{ stream: 'weekly' }, 'invalid --stream "weekly": must be daily, releases, or the http or https URL of a stream'],
    [{ snapshot: 'yesterday' }, 'invalid --snapshot "yesterday": must be a time, such as 20261120T000000Z'],
    [{ archive: 'a.example' }, 'invalid --archive "a.example": must be an http, https or file URL'],
    [{ ppa: ['O/n'] }, 'invalid --ppa "ppa:O/n": the repository "ppa:O/n" is not of the form ppa:owner/name'],
  ])('refuses %j by the name of the option', (options, message) => {
    expect(() => requestsFrom(['noble'], options, 'x86_64')).toThrow(
      expect.objectContaining({ name: 'BadInput', misuse: true, message: expect.stringContaining(message), hint }),
    );
  });

  it('refuses a password in place of the name of credentials by the option that has it', () => {
    const repository = [written(stanzaAt('https://r.example/x'))];
    const options = { repository, credentials: ['r.example=user:hush'] };
    const message = expect.stringMatching(/^invalid --credentials a hidden value: must be the name (?!.*hush)/);
    expect(() => requestsFrom(['noble'], options, 'x86_64')).toThrow(expect.objectContaining({ message, hint }));
  });

  it('refuses a file that holds no repository by the name of its option', () => {
    const message = expect.stringContaining('invalid --repository "deb x y": the repository "deb x y" is neither');
    const repository = [written('deb x y')];
    expect(() => requestsFrom(['noble'], { repository }, 'x86_64')).toThrow(expect.objectContaining({ message, hint }));
  });

  it('refuses --proposed all, and says how all of it is taken', () => {
    expect(() => requestsFrom(['noble'], { proposed: 'vim,all' }, 'x86_64')).toThrow(
      expect.objectContaining({
        ...{ name: 'BadInput', misuse: true, message: '--proposed vim,all: there is no package named "all"' },
        hint: 'to upgrade all packages that have a newer version there, use --proposed without a list',
      }),
    );
  });
});

it.each([
  ['release', 'release'],
  ['sources.streamKeyringData', '--stream-keyring'],
  ['sources.archiveKeyringData', '--archive-keyring'],
  ['sources.caData', '--ca'],
  ['sources.ppas', '--ppas'],
  ['base', '--base'],
])('the field %s is typed as %s', (field, option) => {
  expect(optionOf(field, '"x"')).toBe(option);
});
