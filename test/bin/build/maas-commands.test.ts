import { expect, it } from 'vitest';
import { maasCommands } from '../../../bin/build/maas-commands';

const file = '/var/snap/maas/common/maas-mirror.gpg';

it('has a place for the address of a mirror that is not served yet, and says how to serve it', () => {
  expect(maasCommands('stable', { bootloaders: true, mirror: { folder: 'images' } })).toEqual([
    '',
    'To use it in MAAS, serve this mirror (maas-mirror serve images --listen 0.0.0.0:8080), and install its keyring on every region controller (MIRROR is the address of this machine):',
    `  sudo curl --fail -o ${file} http://MIRROR:8080/keyring.gpg`,
    'Then change the boot source that MAAS already has (`maas admin boot-sources read` shows its ID; docs/maas.md describes how to avoid an outage):',
    `  maas admin boot-source update ID url=http://MIRROR:8080/stable/ keyring_filename=${file}`,
  ]);
});

it('names the address of one that is served, with a place for its password', () => {
  expect(
    maasCommands('stable', { bootloaders: false, mirror: { url: 'https://a.example' }, passwordsOf: 'Stack' }),
  ).toEqual([
    '',
    'To use it in MAAS, install the keyring on every region controller:',
    `  sudo curl --fail -o ${file} https://SITE:PASSWORD@a.example/keyring.gpg`,
    'This view has no bootloaders, so keep images.maas.io. Add the view as a second source, and select in it what is not selected in the other:',
    `  maas admin boot-sources create url=https://SITE:PASSWORD@a.example/stable/ keyring_filename=${file}`,
    'The mirror requires a password: run maas-mirror access add SITE --stack Stack, which prints the URL with its password.',
  ]);
});
