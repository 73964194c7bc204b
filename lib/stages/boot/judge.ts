import type { Verdict } from '../../machine/boot/console';

/**
 * The last thing that cloud-init runs has reported, with the root and the modules that MAAS relies on. A report counts
 * when it is whole: lines arrive in pieces, and others write to the same console.
 */
export function judgeByCloudInit(nonce: string): (line: string) => Verdict | undefined {
  return (line) => {
    const report = new RegExp(`maas-mirror-boot ${nonce} (kernel=\\S+ root=(\\S*) modules=(\\w+)) end`).exec(line);
    if (report === null) return failureSign(line);
    const [, whole = '', root, modules] = report;
    if (root !== 'overlay')
      return { failed: `the root is ${root || 'unknown'}, not an overlay: overlayroot did not act` };
    if (modules !== 'present')
      return { failed: 'the running kernel has no modules in /lib/modules: copymods did not act' };
    return { started: whole };
  };
}

/** An image without cloud-init is up when it asks on the console who wants to log in; the kernel may have the next word. */
export function judgeByLogin(line: string): Verdict | undefined {
  if (!line.includes(' login:')) return failureSign(line);
  const prompt = /\S{1,64} login:(?= ?(?:$|\[ {0,20}\d{1,12}\.))/.exec(line);
  return prompt === null ? failureSign(line) : { started: prompt[0] };
}

function failureSign(line: string): Verdict | undefined {
  if (/Kernel panic|not syncing/.test(line)) return { failed: `the kernel panicked: ${line.trim()}` };
  // Of initramfs-tools its prompt, of dracut what it says before its own.
  if (/^\(initramfs\)|rooturl: cannot|dracut: FATAL|^Entering emergency mode/.test(line))
    return { failed: `the initramfs found no root: ${line.trim()}` };
  if (/^UEFI Interactive Shell|^BdsDxe: No bootable option/.test(line))
    return { failed: `the firmware cannot start this kernel: ${line.trim()}` };
  if (/You are in (rescue|emergency) mode/.test(line)) return { failed: `systemd gave up: ${line.trim()}` };
  return undefined;
}
