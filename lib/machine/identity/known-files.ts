/** A file that a package's scripts create on installation and that must differ between machines. */
export interface KnownFile {
  /** Path in the tree; `*` in its last part matches any text. */
  readonly path: string;
  /** The package whose scripts or programs create it. */
  readonly of: string;
  /** What recreates it on a machine that lacks it. @default - nothing does */
  readonly again?: string;
  /** Command for the administrator if nothing recreates it. */
  readonly remedy?: string;
  /** Content that makes the package create its own at first start, for a package that does not start without the file. */
  readonly instead?: string;
}

/** Keys are also found by their content. This list has files without recognisable content, and what recreates them. */
export const knownFiles: readonly KnownFile[] = [
  { path: 'etc/machine-id', of: 'systemd', again: 'systemd' },
  { path: 'var/lib/dbus/machine-id', of: 'dbus', again: 'systemd-tmpfiles' },
  { path: 'var/lib/systemd/random-seed', of: 'systemd', again: 'systemd-random-seed' },
  { path: 'var/lib/systemd/credential.secret', of: 'systemd', again: 'systemd-creds' },
  { path: 'var/lib/urandom/random-seed', of: 'initscripts', again: 'its service' },
  { path: 'etc/ssh/ssh_host_*', of: 'openssh-server', again: 'cloud-init' },
  // libnvme derives one from the machine's UUID if the file is missing.
  { path: 'etc/nvme/hostnqn', of: 'nvme-cli', again: 'nvme' },
  { path: 'etc/nvme/hostid', of: 'nvme-cli', again: 'nvme' },
  {
    path: 'etc/iscsi/initiatorname.iscsi',
    of: 'open-iscsi',
    again: 'startup-checks.sh of open-iscsi',
    instead: 'GenerateName=yes\n',
  },
  {
    path: 'etc/ssl/private/ssl-cert-snakeoil.key',
    of: 'ssl-cert',
    remedy: 'make-ssl-cert generate-default-snakeoil',
  },
  {
    path: 'etc/ssl/certs/ssl-cert-snakeoil.pem',
    of: 'ssl-cert',
    remedy: 'make-ssl-cert generate-default-snakeoil',
  },
  { path: 'etc/bind/rndc.key', of: 'bind9', remedy: 'rndc-confgen -a' },
  { path: 'etc/munge/munge.key', of: 'munge', remedy: 'mungekey --create' },
  { path: 'etc/unbound/unbound_*', of: 'unbound', remedy: 'unbound-control-setup' },
  { path: 'etc/dropbear/dropbear_*_host_key', of: 'dropbear', remedy: 'dpkg-reconfigure dropbear' },
  { path: 'etc/mysql/debian.cnf', of: 'mysql-server', remedy: 'dpkg-reconfigure mysql-server' },
  { path: 'var/lib/mysql/auto.cnf', of: 'mysql-server', again: 'mysqld' },
  { path: 'var/lib/mysql/*.pem', of: 'mysql-server', again: 'mysqld' },
  { path: 'var/lib/rabbitmq/.erlang.cookie', of: 'rabbitmq-server', again: 'rabbitmq-server' },
  { path: 'var/lib/NetworkManager/secret_key', of: 'network-manager', again: 'NetworkManager' },
  { path: 'var/lib/dhcpcd/duid', of: 'dhcpcd', again: 'dhcpcd' },
  { path: 'var/lib/dhcpcd/secret', of: 'dhcpcd', again: 'dhcpcd' },
  { path: 'var/lib/dkms/mok.*', of: 'dkms', again: 'dkms' },
  { path: 'var/lib/shim-signed/mok/MOK.*', of: 'shim-signed', remedy: 'update-secureboot-policy --new-key' },
  { path: 'etc/hostid', of: 'zfsutils-linux', remedy: 'zgenhostid' },
  { path: 'etc/krb5.keytab', of: 'krb5-user', remedy: 'kadmin' },
  { path: 'etc/corosync/authkey', of: 'corosync', remedy: 'corosync-keygen' },
];

/** Whether a path matches a known file. */
export function fits(path: string, known: KnownFile): boolean {
  const [before = '', after] = known.path.split('*', 2);
  if (after === undefined) return path === before;
  const middle = path.slice(before.length, path.length - after.length);
  return path.length >= before.length + after.length && path === before + middle + after && !middle.includes('/');
}
