/** A file that a package's scripts make on the machine that it is installed on, and that no two machines may share. */
export interface KnownFile {
  /** Relative to the tree; in its last part `*` stands for anything. */
  readonly path: string;
  /** The package whose scripts or programs make it. */
  readonly of: string;
  /** What makes it again on a machine that lacks it; without it nothing does. */
  readonly again?: string;
  /** What an administrator runs where nothing makes it again. */
  readonly remedy?: string;
  /** Text that has the package make its own at the first start, where it does not start without the file. */
  readonly instead?: string;
}

/** Keys are found by their content as well; here are those that have none to be known by, and who makes them again. */
export const knownFiles: readonly KnownFile[] = [
  { path: 'etc/machine-id', of: 'systemd', again: 'systemd' },
  { path: 'var/lib/dbus/machine-id', of: 'dbus', again: 'systemd-tmpfiles' },
  { path: 'var/lib/systemd/random-seed', of: 'systemd', again: 'systemd-random-seed' },
  { path: 'var/lib/systemd/credential.secret', of: 'systemd', again: 'systemd-creds' },
  { path: 'var/lib/urandom/random-seed', of: 'initscripts', again: 'its service' },
  { path: 'etc/ssh/ssh_host_*', of: 'openssh-server', again: 'cloud-init' },
  // libnvme makes one of the machine's UUID where it finds none.
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

/** Whether a path is one of those. */
export function fits(path: string, known: KnownFile): boolean {
  const [before = '', after] = known.path.split('*', 2);
  if (after === undefined) return path === before;
  const middle = path.slice(before.length, path.length - after.length);
  return path.length >= before.length + after.length && path === before + middle + after && !middle.includes('/');
}
