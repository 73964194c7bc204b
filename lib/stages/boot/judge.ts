import type { Verdict } from '../../machine/boot/console';

/**
 * Passes a boot once the last command of cloud-init reports the root and the modules that MAAS relies on. Only a complete
 * report counts: lines arrive in pieces, and other programs write to the same console.
 */
export function judgeByCloudInit(nonce: string): (line: string) => Verdict | undefined {
  return (line) => {
    const report = new RegExp(`maas-mirror-boot ${nonce} (kernel=\\S+ root=(\\S*) modules=(\\w+)) end`).exec(line);
    if (report === null) return failureSign(line);
    const [, whole = '', root, modules] = report;
    if (root !== 'overlay')
      return { failed: `the root is ${root || 'unknown'}, not an overlay: overlayroot had no effect` };
    if (modules !== 'present')
      return { failed: 'the running kernel has no modules in /lib/modules: copymods had no effect' };
    return { started: whole };
  };
}

/** An image without cloud-init is up when its console shows a login prompt; a kernel message may follow it. */
export function judgeByLogin(line: string): Verdict | undefined {
  if (!line.includes(' login:')) return failureSign(line);
  const prompt = /\S{1,64} login:(?= ?(?:$|\[ {0,20}\d{1,12}\.))/.exec(line);
  return prompt === null ? failureSign(line) : { started: prompt[0] };
}

function failureSign(line: string): Verdict | undefined {
  if (/Kernel panic|not syncing/.test(line)) return { failed: `the kernel panicked: ${line.trim()}` };
  // The prompt of initramfs-tools, and the messages of dracut before its prompt.
  if (/^\(initramfs\)|rooturl: cannot|dracut: FATAL|^Entering emergency mode/.test(line))
    return { failed: `the initramfs found no root: ${line.trim()}` };
  if (/^UEFI Interactive Shell|^BdsDxe: No bootable option/.test(line))
    return { failed: `the firmware cannot start this kernel: ${line.trim()}` };
  if (/You are in (rescue|emergency) mode/.test(line)) return { failed: `systemd gave up: ${line.trim()}` };
  return undefined;
}
