import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { judgeByCloudInit, judgeByLogin } from '../../../lib/stages/boot/judge';
import { temporaryFolder } from '../../fixtures/temporary-folder';

const judge = judgeByCloudInit('4fe1c0de4fe1c0de');

describe('the judge of images with cloud-init', () => {
  it('takes the report of this boot for a start', () => {
    const line =
      '[   31.2] cloud-init[512]: maas-mirror-boot 4fe1c0de4fe1c0de kernel=6.8.0-71-generic root=overlay modules=present end';
    expect(judge(line)).toEqual({ started: 'kernel=6.8.0-71-generic root=overlay modules=present' });
  });

  it.each([
    ['root=ext4 modules=present', 'the root is ext4, not an overlay: overlayroot had no effect'],
    ['root= modules=present', 'the root is unknown, not an overlay: overlayroot had no effect'],
    ['root=overlay modules=missing', 'the running kernel has no modules in /lib/modules: copymods had no effect'],
  ])('refuses a system that is up with %s', (seen, failed) => {
    expect(judge(`maas-mirror-boot 4fe1c0de4fe1c0de kernel=6.8.0 ${seen} end`)).toEqual({ failed });
  });

  it('passes over the report of another boot, and over a login prompt', () => {
    expect(judge('maas-mirror-boot 0000000000000000 kernel=6.8.0 root=overlay modules=present end')).toBeUndefined();
    expect(judge('maas-enlist login: ')).toBeUndefined();
  });

  it('understands what our user data prints', () => {
    const folder = temporaryFolder();
    const script = readFileSync('buildspecs/boot-check.sh', 'utf8')
      .replaceAll('@NONCE@', '4fe1c0de4fe1c0de')
      .replaceAll('/dev/console', join(folder, 'console'));
    mkdirSync(join(folder, 'bin'));
    for (const [name, says] of Object.entries({
      findmnt: 'echo overlay',
      uname: 'echo 6.8.0',
      poweroff: 'exit 0',
      sleep: '',
      dmesg: '',
    })) {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    }
    execFileSync('sh', ['-c', script], { env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } });

    const reports = readFileSync(join(folder, 'console'), 'utf8').split('\n').filter(Boolean);
    expect(reports.length).toBeGreaterThan(1);
    // There is no /lib/modules/6.8.0 here, which the check rightly finds missing.
    for (const report of reports)
      expect(judge(report)).toEqual({
        failed: 'the running kernel has no modules in /lib/modules: copymods had no effect',
      });
  });
});

describe('the judge of images without cloud-init', () => {
  it.each([
    'debian login: ',
    'maas-enlist login:',
    'Debian GNU/Linux 12 localhost login: ',
  ])('takes the prompt %j for a start', (line) => {
    expect(judgeByLogin(line)).toEqual({ started: expect.stringMatching(/^\S+ login:$/) });
  });

  it.each([
    'Last login: Mon',
    'login: ',
    'systemd-logind.service - User Login Management',
  ])('passes over %j', (line) => {
    expect(judgeByLogin(line)).toBeUndefined();
  });
});

describe.each([
  ['with cloud-init', judge],
  ['without cloud-init', judgeByLogin],
])('the judge of images %s refuses', (_, judgeLine) => {
  it.each([
    ['a panic', '[    2.1] Kernel panic - not syncing: VFS: Unable to mount root fs', 'the kernel panicked: '],
    ['an initramfs prompt', '(initramfs) ', 'the initramfs found no root: (initramfs)'],
    [
      'a root that cannot be fetched',
      'rooturl: cannot fetch http://10.0.2.2:8080/images/x/squashfs',
      'the initramfs found no root: rooturl: cannot fetch',
    ],
    [
      'what dracut gives up for',
      '[   59.2] dracut: FATAL: overlayroot: cannot lay a file system over the root',
      'the initramfs found no root: ',
    ],
    [
      'the emergency mode of dracut',
      'Entering emergency mode. Exit the shell',
      'the initramfs found no root: Entering',
    ],
    [
      'a kernel that firmware gives up on',
      'UEFI Interactive Shell v2.2',
      'the firmware cannot start this kernel: UEFI Interactive Shell',
    ],
    ['emergency mode', 'You are in emergency mode. After logging in, type', 'systemd gave up: '],
    ['rescue mode', 'You are in rescue mode.', 'systemd gave up: '],
  ])('%s', (_, line, failed) => {
    expect(judgeLine(line)).toEqual({ failed: expect.stringContaining(failed) });
  });
});
