import { expect, it } from 'vitest';
import { releaseOf } from '../../../lib/catalog/releases';
import { initramfsChoiceOf } from '../../../lib/stages/layer/initramfs-choice';

it('an initramfs of dracut has the drivers that MAAS boots by, in the words of dracut', () => {
  const choice = initramfsChoiceOf(releaseOf('resolute'), 'amd64');

  expect(choice).toEqual({ maker: 'dracut', modules: expect.any(Array), directories: expect.any(Array) });
  expect(choice.directories).toContain('drivers/net/ethernet');
  expect(choice.directories.filter((name) => /^\/|^kernel\//.test(name))).toEqual([]);
  expect(choice.modules).toContain('overlay');
});

it('an initramfs of initramfs-tools has them by their folders, and on Debian stand-ins for Ubuntu’s hooks', () => {
  const [noble, bookworm] = ['noble', 'bookworm'].map((name) => initramfsChoiceOf(releaseOf(name), 'amd64'));

  expect(noble).toMatchObject({ maker: 'initramfs-tools', standIns: false });
  expect(noble?.directories).toContain('kernel/drivers/net/ethernet');
  expect(bookworm).toMatchObject({ maker: 'initramfs-tools', standIns: true });
});
