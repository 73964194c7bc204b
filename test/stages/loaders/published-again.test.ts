import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BuiltBootloaders } from '../../../lib/job/handed-on/bootloaders';
import { verifyMirror } from '../../../lib/operations/verify';
import { publishBootloaders } from '../../../lib/stages/publish-bootloaders';
import { DirectoryStore } from '../../../lib/store/directory/directory';
import { bootloaderArchive, withChangedPackage } from '../../fixtures/archives/bootloader-archive';
import { smallSigner } from '../../fixtures/mirrors/small-mirror';
import { temporaryFolder } from '../../fixtures/temporary-folder';
import { smallPress } from '../../publication/made/small-press';
import { build, buildFrom, owned } from './made/built-bootloaders';
import '../../fixtures/needs-minutes';

const shim = { place: 'archive', suite: 'noble-updates', component: 'main', name: 'shim-signed' } as const;

it('bootloaders are published once, and again where a package is newer, from bytes that repeat', async () => {
  const [small, root, folder] = [await bootloaderArchive(), temporaryFolder(), temporaryFolder()];
  const built = await buildFrom(small, root);
  const press = smallPress(await smallSigner());
  const publish = async (execution: string, result: BuiltBootloaders, work: string) =>
    (
      await publishBootloaders(
        { view: 'candidate', execution, folder: owned, inputs: '', built: { build, result } },
        { ...press, work: new DirectoryStore(join(work, 'work')) },
      )
    ).products.map(({ product, version }) => `${product.split(':1:')[1]} ${version}`);

  expect(await publish('one', built, root)).toHaveLength(4);
  expect(await publish('two', built, root)).toEqual([]);

  const newer = await buildFrom(
    await withChangedPackage(small, folder, shim, { version: '1.59+15.8-0ubuntu1' }),
    folder,
  );
  expect(digestsOf(newer)).toEqual(digestsOf(built));
  expect(await publish('three', newer, folder)).toEqual(['grub-efi-signed:uefi:amd64 20261120.083001']);
  expect((await verifyMirror(press.mirror, { scratch: temporaryFolder() })).problems).toEqual([]);
});

function digestsOf({ products }: BuiltBootloaders): string[] {
  return products.flatMap(({ items }) => Object.values(items).map(({ artefact }) => artefact.sha256));
}
