# Runs within-limits.pl on cgroups of version 2, with all controllers in one hierarchy, where a machine has others: mkdir
# makes in a folder what the kernel would. To be given a folder with the files mounts and cgroup, in a mount namespace.
use strict;
use warnings;

BEGIN {
  *CORE::GLOBAL::mkdir = sub (_;$) {
    my ($folder) = @_;
    CORE::mkdir($folder) or return 0;
    for my $file (qw(memory.max memory.events memory.oom.group pids.max pids.events cgroup.procs)) {
      open my $out, '>', "$folder/$file" or die "$folder/$file: $!\n";
    }
    return 1;
  };
}

my $unified = shift;
for my $file (qw(mounts cgroup)) {
  system('mount', '--bind', "$unified/$file", "/proc/$$/$file") == 0 or die "cannot mount over /proc/$$/$file\n";
}
do './buildspecs/within-limits.pl' or die $@ || $!;
