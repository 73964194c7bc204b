import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keysOf } from '../../../lib/simplestreams/openpgp/keyring';

const fingerprintsOf = async (name: string) => {
  const keys = await keysOf(readFileSync(join(__dirname, '../../../buildspecs/keyrings', name)));
  expect(keys.filter(({ secret }) => secret)).toEqual([]);
  return keys.map(({ fingerprint }) => fingerprint).sort();
};

it('ships the keys of Ubuntu’s cloud images and no others', async () => {
  expect(await fingerprintsOf('ubuntu-cloudimage-keyring.gpg')).toEqual([
    '4A3CE3CD565D7EB5C810E2B97FF3F408476CF100',
    'D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81',
  ]);
});

it('ships the keys of Ubuntu’s archive, and with them that of its CD images', async () => {
  expect(await fingerprintsOf('ubuntu-archive-keyring.gpg')).toEqual([
    '790BC7277767219C42C86F933B4FE6ACC0B21F32',
    '843938DF228D22F7B3742BC0D94AA3F0EFE21092', // signs CD images
    'F6ECB3762474EDA9D21B7022871920D1991BC93C',
  ]);
});

it('ships the keys of Debian’s archive, of three releases', async () => {
  expect(await fingerprintsOf('debian-archive-keyring.gpg')).toEqual([
    '04B54C3CDCA79751B16BC6B5225629DF75B188BD', // Debian Archive Automatic Signing Key (13/trixie)
    '05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0', // Debian Security Archive Automatic Signing Key (12/bookworm)
    '1F89983E0081FDE018F3CC9673A4F27B8DD47936', // Debian Archive Automatic Signing Key (11/bullseye)
    '41587F7DB8C774BCCF131416762F67A0B2C39DE4', // Debian Stable Release Key (13/trixie)
    '4D64FEC119C2029067D6E791F8D2585B8783D481', // Debian Stable Release Key (12/bookworm)
    '5E04A1E3223A19A20706E20F9904613D4CCE68C6', // Debian Security Archive Automatic Signing Key (13/trixie)
    'A4285295FC7B1A81600062A9605C66F00D6C9793', // Debian Stable Release Key (11/bullseye)
    'AC530D520F2F3269F5E98313A48449044AAD5C5D', // Debian Security Archive Automatic Signing Key (11/bullseye)
    'B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8', // Debian Archive Automatic Signing Key (12/bookworm)
  ]);
});
