import { expect, it } from 'vitest';
import {
  addSourceCommand,
  changeSourceCommand,
  takeKeyringCommand,
  withPlaceForPassword,
} from '../../lib/job/maas-commands';

it('gives the commands for a region controller, whose snap reads the keyring where the first one puts it', () => {
  const file = '/var/snap/maas/common/maas-mirror.gpg';

  expect(takeKeyringCommand('https://m.example')).toBe(`sudo curl --fail -o ${file} https://m.example/keyring.gpg`);
  expect(addSourceCommand('https://m.example', 'stable')).toBe(
    `maas admin boot-sources create url=https://m.example/stable/ keyring_filename=${file}`,
  );
  expect(changeSourceCommand('https://m.example', 'stable')).toBe(
    `maas admin boot-source update ID url=https://m.example/stable/ keyring_filename=${file}`,
  );
  expect(withPlaceForPassword('https://m.example')).toBe('https://SITE:PASSWORD@m.example');
});
