import { describe, expect, it, vi } from 'vitest';
import { openAccess } from '../../../lib/cloud/access/open-access';
import { fakeAws, noStack, stackAnswer } from '../../fixtures/aws/fake-aws';
import { SmallKeyValueStore } from '../../fixtures/aws/small-key-value-store';

const mirrorUrl = 'https://images.example.com/';

describe('the passwords of a deployed mirror', () => {
  it('are those of the store that its stack names, beside its address', async () => {
    const kept = await SmallKeyValueStore.start();
    kept.items.set('lab', 'sha256 a b c');
    await fakeAws({
      DescribeStacks: () =>
        stackAnswer('Mirror', { SiteMirrorUrl0A1B2C3D: mirrorUrl, SiteCredentialsStoreArn0A1B2C3D: kept.arn }),
    });
    const client = kept.open();
    const closed = vi.spyOn(client, 'destroy');

    {
      using access = await openAccess('Mirror', () => client);
      expect(access.mirrorUrl).toBe(mirrorUrl);
      expect(await access.store.list()).toEqual([{ name: 'lab', since: 'c' }]);
      expect(closed).not.toHaveBeenCalled();
    }
    expect(closed).toHaveBeenCalledOnce();
  });

  it.each([
    ['asks for none', { MirrorUrl: mirrorUrl }],
    ['has no address', { CredentialsStoreArn: 'arn:x' }],
  ])('refuses a mirror that %s, and opens no store', async (_, outputs) => {
    await fakeAws({ DescribeStacks: () => stackAnswer('Mirror', outputs) });
    const open = vi.fn();

    await expect(openAccess('Mirror', open)).rejects.toMatchObject({
      name: 'NotSupported',
      message: 'the mirror of the stack Mirror does not require passwords',
      hint: 'set basicAuth: true for its site (in mirror.yaml: site: { basicAuth: true }), and deploy',
      misuse: true,
    });
    expect(open).not.toHaveBeenCalled();
  });

  it('refuses a stack that is not there', async () => {
    await fakeAws({ DescribeStacks: ({ StackName }) => noStack(StackName) });

    await expect(openAccess('Mirror')).rejects.toMatchObject({ name: 'NoSuchStack' });
  });
});
