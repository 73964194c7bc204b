import { expect, it } from 'vitest';
import { maasCommands } from '../../../bin/build/maas-commands';

const file = '/var/snap/maas/common/maas-mirror.gpg';

it('has a place for the address of a mirror that is not served yet', () => {
  expect(maasCommands('stable', { bootloaders: true })).toEqual([
    '',
    'To use it in MAAS, serve this mirror and install its keyring on every region controller:',
    `  sudo curl --fail -o ${file} http://MIRROR/keyring.gpg`,
    'Then add the view as a source:',
    `  maas admin boot-sources create url=http://MIRROR/stable/ keyring_filename=${file}`,
    'The view has bootloaders, so you can remove images.maas.io as a source: of two sources with bootloaders, one overwrites the other.',
  ]);
});

it('names the address of one that is served, with a place for its password', () => {
  expect(maasCommands('stable', { bootloaders: false, address: 'https://a.example', passwordsOf: 'Stack' })).toEqual([
    '',
    'To use it in MAAS, install the keyring on every region controller:',
    `  sudo curl --fail -o ${file} https://SITE:PASSWORD@a.example/keyring.gpg`,
    'Then add the view as a source:',
    `  maas admin boot-sources create url=https://SITE:PASSWORD@a.example/stable/ keyring_filename=${file}`,
    'The mirror requires a password: run maas-mirror access add SITE --stack Stack, which prints these commands with it.',
    'Keep images.maas.io as a source: this view has no bootloaders.',
  ]);
});
