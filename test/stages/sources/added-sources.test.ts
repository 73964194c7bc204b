import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { BuildRequest } from '../../../lib/job/build-request';
import { armour } from '../../../lib/simplestreams/openpgp/armour';
import type { Signer } from '../../../lib/simplestreams/openpgp/signer';
import { findAddedSources } from '../../../lib/stages/sources/added-sources';
import type { Workbench } from '../../../lib/stages/workbench';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';

let [signer, other] = [] as unknown as [Signer, Signer];
beforeAll(async () => {
  [signer, other] = await Promise.all([smallSigner('the PPA'), smallSigner('somebody else')]);
});

it('refuses the key of a PPA that is not the one whose fingerprint Launchpad tells', async () => {
  const launchpad = await launchpadWith(signer.fingerprint, other.keyring);

  await expect(findAddedSources(benchFor(launchpad))).rejects.toMatchObject({
    name: 'BadSignature',
    message: `the key of ppa:ann/daily is ${other.fingerprint}, but Launchpad names ${signer.fingerprint}`,
    hint: 'the response was changed in transit, or the address of Launchpad is wrong (--launchpad, sources.launchpad)',
  });
});

it('refuses a second key beside the right one', async () => {
  const launchpad = await launchpadWith(signer.fingerprint, Buffer.concat([signer.keyring, other.keyring]));

  await expect(findAddedSources(benchFor(launchpad))).rejects.toMatchObject({ name: 'BadSignature' });
});

/** An API that has one PPA. @returns its address */
async function launchpadWith(fingerprint: string, keyring: Uint8Array): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const answer = url.includes('getSigningKeyData')
      ? armour('PUBLIC KEY BLOCK', Buffer.from(keyring))
      : { private: false, signing_key_fingerprint: fingerprint };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As much of it as is used before a key is refused. */
function benchFor(launchpad: string): Workbench {
  const customise = { repositories: ['ppa:ann/daily'] };
  const request = BuildRequest.parse({ release: 'noble', architectures: ['amd64'], customise, sources: { launchpad } });
  return { request, job: { architecture: 'amd64' } } as Workbench;
}
