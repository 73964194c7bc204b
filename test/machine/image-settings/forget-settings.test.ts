import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { forgetKernelSettings, heldPackages } from '../../../lib/machine/image-settings/forget-settings';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const packaged = 'add_drivers+=" virtio "\n';
const md5 = createHash('md5').update(packaged).digest('hex');

/** What dracut reads: of a package, of a package but changed by the site, and of the site alone. */
const files: Readonly<Record<string, string>> = {
  'etc/dracut.conf.d/10-package.conf': packaged,
  'usr/lib/dracut/dracut.conf.d/10-package.conf': packaged,
  'usr/lib/dracut/modules.d/99package/module-setup.sh': 'install() { :; }\n',
  'etc/dracut.conf.d/20-changed.conf': 'hostonly="yes"\n',
  'etc/dracut.conf': 'compress="cat"\n',
  'etc/dracut.conf.d/site.conf': 'hostonly="yes"\nomit_drivers+=" nvme "\n',
  'usr/lib/dracut/dracut.conf.d/site.conf': 'dracutmodules="base"\n',
  'usr/lib/dracut/modules.d/99site/module-setup.sh': 'install() { rm -rf "$initdir"; }\n',
};
const ofPackage = Object.keys(files).slice(0, 3);

it('leaves of dracut’s settings and modules those that packages brought, and holds nothing', async () => {
  const root = temporaryFolder();
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) put(path, text);
  const listed = [...ofPackage, 'etc/dracut.conf.d/20-changed.conf'].map((path) => `/${path}`);
  put('var/lib/dpkg/info/dracut-settings.list', `/.\n${listed.join('\n')}\n`);
  const conffiles = ['10-package', '20-changed'].map((name) => ` /etc/dracut.conf.d/${name}.conf ${md5}`);
  put(
    'var/lib/dpkg/status',
    `Package: dracut-settings\nStatus: hold ok installed\nConffiles:\n${conffiles.join('\n')}\n\nPackage: other\nStatus: install ok installed\n`,
  );
  expect(heldPackages(root)).toEqual(['dracut-settings']);

  await forgetKernelSettings(root);

  expect(Object.keys(files).filter((path) => existsSync(join(root, path)))).toEqual(ofPackage);
  expect(heldPackages(root)).toEqual([]);
  expect(readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8')).toContain('Status: install ok installed\nConffiles');
});
