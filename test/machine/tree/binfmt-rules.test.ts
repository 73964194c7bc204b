import { expect, it } from 'vitest';
import { registrationOf } from '../../../lib/machine/tree/binfmt';
import { machineRules } from '../../../lib/machine/tree/binfmt-rules';
import { treeWith } from '../../fixtures/trees/tree-with';

const [magic, mask] = [String.raw`\x7f\x45\x4c\x46`, String.raw`\xff\xff\xff\xff`];
const arm64 = { architecture: 'arm64', interpreter: 'qemu-aarch64-static' };

/** As qemu-user-static 1:6.2+dfsg-2ubuntu6 of Ubuntu 22.04 has it, with the beginning of its magic. */
const ofJammy = `package qemu-user-static
interpreter /usr/libexec/qemu-binfmt/aarch64-binfmt-P
magic ${magic}
offset 0
mask ${mask}
credentials yes
fix_binary yes
preserve yes
`;

it('takes what binfmt-support would register, from its own files, without it', async () => {
  const rules = await machineRules(treeWith({ 'usr/share/binfmts/qemu-aarch64': ofJammy }));

  const rule = `M:0:${magic}:${mask}:/usr/libexec/qemu-binfmt/aarch64-binfmt-P:CPF`;
  expect(rules).toEqual([`:qemu-aarch64:${rule}`]);
  expect(registrationOf(arm64, {}, rules)).toBe(`:maas-mirror-qemu-aarch64:${rule}`);
});

it('takes the flags that are set, and an offset and a mask only where there are some', async () => {
  const text = `package a\ninterpreter /a\nmagic ${magic}\nfix_binary no\npreserve yes\n`;
  expect(await machineRules(treeWith({ 'usr/share/binfmts/a': text }))).toEqual([`:a:M:0:${magic}::/a:P`]);
});

it('takes no format that is known by the names of files or by a program', async () => {
  const files = {
    'usr/share/binfmts/jar': 'package jar\ninterpreter /usr/bin/jexec\nextension jar\n',
    'usr/share/binfmts/cli': `package mono\ninterpreter /usr/bin/cli\nmagic MZ\ndetector /usr/lib/cli/binfmt-detector\n`,
  };
  expect(await machineRules(treeWith(files))).toEqual([]);
});

it('takes the lines of binfmt.d before them, without comments', async () => {
  const files = {
    'usr/share/binfmts/qemu-aarch64': ofJammy,
    'usr/lib/binfmt.d/qemu.conf': '# of systemd\n\n; another\n:qemu-aarch64:M::a:b:/usr/libexec/c:OPF\n',
    'etc/binfmt.d/own.conf': ':own:M::a::/own:F',
  };
  expect(await machineRules(treeWith(files))).toEqual([
    ':own:M::a::/own:F',
    ':qemu-aarch64:M::a:b:/usr/libexec/c:OPF',
    expect.stringContaining('aarch64-binfmt-P'),
  ]);
});
