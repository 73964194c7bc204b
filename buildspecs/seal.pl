# The last of in-tree.sh that still has its capabilities: seals what runs in the tree off from the kernel, and becomes it.
# perl -e THIS SEAL PROGRAM [ARGUMENT…], where SEAL is what lib/machine/sandbox/seal.ts makes. The root is the walls'.
# No modules: not every builder has more of perl than its binary.
use strict;
use warnings;
my %seal = map { split /=/, $_, 2 } split /,/, shift;

sub must {
  my ($name, @arguments) = @_;
  my $answer = syscall $seal{$name}, @arguments;
  die "in-tree.sh: $name: $!\n" if $answer == -1;
}

# The builder's keys are within reach of whoever has its session keyring. A kernel without keys has none to reach.
my ($join_session_keyring, $enosys) = (1, 38);
if (syscall($seal{keyctl}, $join_session_keyring, 0) == -1) {
  die "in-tree.sh: no keyring of its own: $!\n" unless $! == $enosys;
}

# Package scripts write the name of the machine into what they make: certificates, keys, mail settings.
my $name = 'localhost';
must('sethostname', $name, length $name);

# Files of /proc that tell of the whole machine, its memory's pages among it, whoever reads them.
my ($bind, $read_only) = (4096, 4096 | 32 | 1);
my ($nothing, $type) = ('/dev/null', '');
my @of_memory = qw(kpagecgroup kpagecount kpageflags latency_stats sched_debug slabinfo vmallocinfo);
for my $file (map { ("/proc/$_", "/tree/proc/$_") } qw(keys key-users kcore timer_list), @of_memory) {
  next unless -e $file;
  must('mount', $nothing, $file, $type, $bind, 0);
  must('mount', $nothing, $file, $type, $read_only, 0);
}

# Whatever those who started us have left open goes with them: a folder of the machine leads out of every tree, and the
# engine on one machine has a pipe on which its shell says how commands ended.
opendir my $descriptors, '/proc/self/fd' or die "in-tree.sh: /proc/self/fd: $!\n";
my @inherited = grep { /^\d+$/ && $_ > 2 && $_ != fileno $descriptors } readdir $descriptors;
closedir $descriptors;
for my $descriptor (@inherited) {
  open my $file, '<&=', $descriptor or die "in-tree.sh: descriptor $descriptor: $!\n";
  close $file;
}

# Nor do they go with the builder's own /dev/null, whose mode root would change for the whole machine: this one is empty, too.
unless (-p STDIN || -S STDIN) {
  open STDIN, '<', $nothing or die "in-tree.sh: standard input: $!\n";
}

# Without no_new_privs, which would take su and setuid programs from the tree; so it needs CAP_SYS_ADMIN, which goes next.
# Before Linux 5.16 a filter makes the processor slower unless it is told not to.
my $filter = pack 'H*', $seal{filter};
my $program = pack 'S x![P] P', length($filter) / 8, $filter;
my ($set_filter, $allow_speculation) = (1, 4);
must('seccomp', $set_filter, $allow_speculation, $program);

exec { $ARGV[0] } @ARGV or die "in-tree.sh: $ARGV[0]: $!\n";
