# The last step of in-tree.sh with all capabilities: restricts access to the kernel, then executes the program.
# perl -e THIS SEAL PROGRAM [ARGUMENT…], with SEAL from lib/machine/sandbox/seal.ts. Runs in the root made by in-tree.sh.
# Uses no modules, because some builders have only the perl binary.
use strict;
use warnings;
my %seal = map { split /=/, $_, 2 } split /,/, shift;

sub must {
  my ($name, @arguments) = @_;
  my $answer = syscall $seal{$name}, @arguments;
  die "in-tree.sh: $name: $!\n" if $answer == -1;
}

# Leaves the builder's session keyring, which gives access to its keys. ENOSYS: the kernel has no keyrings.
my ($join_session_keyring, $enosys) = (1, 38);
if (syscall($seal{keyctl}, $join_session_keyring, 0) == -1) {
  die "in-tree.sh: cannot join a new session keyring: $!\n" unless $! == $enosys;
}

# Package scripts write the host name into generated files: certificates, keys, mail settings.
my $name = 'localhost';
must('sethostname', $name, length $name);

# Hides files of /proc that expose the whole machine, such as its memory pages.
my ($bind, $read_only) = (4096, 4096 | 32 | 1);
my ($nothing, $type) = ('/dev/null', '');
my @of_memory = qw(kpagecgroup kpagecount kpageflags latency_stats sched_debug slabinfo vmallocinfo);
for my $file (map { ("/proc/$_", "/tree/proc/$_") } qw(keys key-users kcore timer_list), @of_memory) {
  next unless -e $file;
  must('mount', $nothing, $file, $type, $bind, 0);
  must('mount', $nothing, $file, $type, $read_only, 0);
}

# Closes inherited file descriptors: an open folder of the machine is a way out of the tree, and the local engine has a
# pipe on which its shell reports exit codes.
opendir my $descriptors, '/proc/self/fd' or die "in-tree.sh: /proc/self/fd: $!\n";
my @inherited = grep { /^\d+$/ && $_ > 2 && $_ != fileno $descriptors } readdir $descriptors;
closedir $descriptors;
for my $descriptor (@inherited) {
  open my $file, '<&=', $descriptor or die "in-tree.sh: descriptor $descriptor: $!\n";
  close $file;
}

# Replaces the builder's /dev/null, whose mode root could change for the whole machine, with the empty file.
unless (-p STDIN || -S STDIN) {
  open STDIN, '<', $nothing or die "in-tree.sh: standard input: $!\n";
}

# Without no_new_privs, which would disable su and setuid programs in the tree. This requires CAP_SYS_ADMIN, which is
# dropped next. Before Linux 5.16 a filter slows down the processor unless speculation is allowed.
my $filter = pack 'H*', $seal{filter};
my $program = pack 'S x![P] P', length($filter) / 8, $filter;
my ($set_filter, $allow_speculation) = (1, 4);
must('seccomp', $set_filter, $allow_speculation, $program);

exec { $ARGV[0] } @ARGV or die "in-tree.sh: $ARGV[0]: $!\n";
