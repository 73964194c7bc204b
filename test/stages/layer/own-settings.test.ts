import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../../lib/catalog/releases';
import { ownSettings } from '../../../lib/stages/layer/own-settings';
import { temporaryFolder } from '../../fixtures/temporary-folder';

/** The root of an image that has these files. */
function rootWith(...paths: string[]): string {
  const root = temporaryFolder();
  for (const path of ['etc/x', ...paths]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), 'as it came\n');
  }
  return root;
}

const [rescuevol, overlayroot] = ['usr/share/initramfs-tools/hooks/rescuevol', 'etc/overlayroot.conf'];

describe('the settings of an image that is packed anew', () => {
  it('are none where it has nothing that they are for', () => {
    const root = rootWith();
    ownSettings(root, releaseOf('noble'));

    for (const path of ['etc/rescuevol-ignore', 'etc/overlayroot.local.conf', 'etc/network']) {
      expect(existsSync(join(root, path)), path).toBe(false);
    }
  });

  it('are an overlay in memory, whatever a disk says, and no rescue volume', () => {
    const root = rootWith(rescuevol, overlayroot);
    ownSettings(root, releaseOf('noble'));

    expect(readFileSync(join(root, 'etc/overlayroot.local.conf'), 'utf8')).toBe(
      'overlayroot_cfgdisk=disabled\noverlayroot=tmpfs\n',
    );
    expect(readFileSync(join(root, 'etc/rescuevol-ignore'), 'utf8')).toBe('');
    expect(readFileSync(join(root, overlayroot), 'utf8')).toBe('as it came\n');
  });

  it('are, for a release that ifupdown configures, the interfaces that the initramfs found', () => {
    const root = rootWith('etc/network/interfaces');
    ownSettings(root, releaseOf('xenial'));

    expect(lstatSync(join(root, 'etc/network/interfaces')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(root, 'etc/network/interfaces'))).toBe('../../run/network/dynamic-interfaces');
  });
});
