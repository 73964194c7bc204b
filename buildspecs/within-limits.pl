# Runs a program with limits on the memory and number of processes of itself and all its children. Exits with the
# program's status, or ends by the signal that it was sent; 127 if there is no such program, 126 if it cannot be executed,
# 125 if this script fails.
#   perl within-limits.pl MEMORY PROCESSES PROGRAM [ARGUMENT…]
#   perl within-limits.pl MEMORY PROCESSES                     prints how limits are enforced, and why not by cgroups
# MEMORY is in per cent of the memory available at start, to the machine and to the container. The program is, or
# executes, `unshare --pid --fork`: when a limit is reached, its pid namespace is killed, and the last line on standard
# error names the limit. Limits are enforced by cgroups if these can be created. Otherwise (read-only in many containers,
# or no controllers), usage is checked four times a second. Uses no modules, because some builders have only the binary.
#
# A second process, the watcher, ends the program when a limit is reached or this process was killed; this process ends
# it when the watcher was killed. Signals to our process group reach neither the watcher nor the program: each has its own
# group. Otherwise, one signal could kill both, and a program without a parent-death signal would continue without limits.
use strict;
use warnings;
my ($percent, $most, @program) = @ARGV;
my %cgroups; # folder by controller
my %made; # folder by the top of its hierarchy
my $why_not = '';
my ($available) = memory();
my $limit = int($available * $percent / 100 / 1024) * 1024;

sweep();
$cgroups{$_} = make_cgroup($_) for qw(memory pids);
if (!@program) {
  for (['memory', 'memory'], ['processes', 'pids']) {
    my ($name, $controller) = @$_;
    print "$name: ", $cgroups{$controller} ? 'a cgroup' : 'a watcher', "\n";
  }
  print "because: $why_not\n" if grep { !$cgroups{$_} } qw(memory pids);
  remove_cgroups();
  exit 0;
}

my $us = $$;
my %signals = (HUP => 1, INT => 2, QUIT => 3, TERM => 15);
my $received; # the number of the first one
pipe my $found, my $told or give_up('pipe');
# The program waits until the watcher runs, because this process may be killed before it has started one.
pipe my $gate, my $opened or give_up('pipe');
my $child = fork // give_up('fork');
become_program() if !$child;
my $watcher = fork // give_up('fork');
watch() if !$watcher;
close $_ for $gate, $opened;
for my $name (keys %signals) {
  $SIG{$name} = sub {
    $received //= $signals{$name};
    end_program();
  };
}
my ($status, $is_watched) = wait_for_program();
if ($is_watched) {
  kill KILL => $watcher;
  1 until waitpid($watcher, 0) == $watcher;
}
close $told;
my $reached = <$found> // reached();
remove_cgroups();
if ($reached) {
  my $held = $reached eq 'memory' ? int($limit / 1048576) . ' MiB' : $most;
  print STDERR "limit reached: $reached, $held\n";
  exit 1;
}
end_like($received) if $received;
fail('the watcher was killed, so the program was killed', 125) if !$is_watched;
end_like($status);

# Returns the program's status, and whether the watcher is still running.
sub wait_for_program {
  my $wuntraced = 2; # the value, because its name requires a module
  my $is_watched = 1;
  while (1) {
    my $pid = waitpid -1, $wuntraced;
    my $has_ended = !kill 0 => $pid; # otherwise it was stopped, and $? is 0
    if ($pid == $child && $has_ended) {
      my $status = $?;
      $SIG{$_} = 'IGNORE' for keys %signals; # the pid may already be used by another process
      return ($status, $is_watched);
    }
    next if $pid != $watcher;
    # Where there are no cgroups, the program has no limits without its watcher.
    if ($has_ended) {
      $is_watched = 0;
      end_program();
    } else {
      kill CONT => $watcher;
    }
  }
}

sub become_program {
  setpgrp;
  close $_ for $found, $told, $opened;
  exit 125 unless sysread $gate, my $byte, 1;
  # If memory runs out, the kernel kills this program before those of the builder.
  write_to('/proc/self/oom_score_adj', 500);
  for my $controller (sort keys %cgroups) {
    my $folder = $cgroups{$controller} or next;
    write_to("$folder/cgroup.procs", 0) or fail("$folder: $!", 125);
  }
  # With the signal ignored, a write beyond the limit fails with EFBIG, and the program can print the file's name.
  $SIG{XFSZ} = 'IGNORE';
  no warnings 'exec'; # our message says the same
  my $enoent = 2;
  exec { $program[0] } @program or fail("$program[0]: $!", $! == $enoent ? 127 : 126);
}

sub watch {
  setpgrp;
  $SIG{$_} = 'IGNORE' for keys %SIG; # also signals to each process of this script, as pkill sends
  close $gate;
  exit if getppid != $us;
  syswrite $opened, '.';
  close $opened;
  while (1) {
    select undef, undef, undef, 0.25;
    my $reached = reached() || watched();
    # If the parent was killed, end the program, too.
    next unless $reached || getppid != $us;
    syswrite $told, $reached if $reached; # first, because the end of the program also ends this process
    end_program();
    exit;
  }
}

# The limit that a cgroup reports as reached.
sub reached {
  if (my $folder = $cgroups{pids}) {
    return 'processes' if read_from("$folder/pids.events") =~ /^max [1-9]/m;
  }
  if (my $folder = $cgroups{memory}) {
    return 'memory' if read_from("$folder/memory.events") . read_from("$folder/memory.oom_control") =~ /^oom_kill [1-9]/m;
  }
  return '';
}

# The limit found by polling, without a cgroup.
sub watched {
  return '' if $cgroups{pids} && $cgroups{memory};
  my @processes = in_namespace();
  return 'processes' if !$cgroups{pids} && @processes > $most;
  return '' if $cgroups{memory};
  my $kilobytes = 0;
  for (@processes) {
    $kilobytes += $1 if read_from("/proc/$_/status") =~ /^RssAnon:\s+(\d+)/m;
  }
  # Files on a tmpfs belong to no process, so available memory is checked, too.
  my ($left, $all) = memory();
  my $is_short = $left < $all * 0.03;
  return $kilobytes * 1024 > $limit || $is_short ? 'memory' : '';
}

sub in_namespace {
  my ($init) = children($child) or return;
  my $namespace = readlink "/proc/$init/ns/pid" // return;
  opendir my $proc, '/proc' or return;
  return grep { /^\d+$/ && (readlink("/proc/$_/ns/pid") // '') eq $namespace } readdir $proc;
}

# Kills the namespace's first process, which may have disabled its parent-death signal. The program is stopped first,
# because `unshare` prints a misleading error if it sees its child killed.
sub end_program {
  kill STOP => $child;
  kill KILL => children($child), $child;
}

sub children {
  my ($pid) = @_;
  return split ' ', read_from("/proc/$pid/task/$pid/children");
}

# Ends the same way as the program.
sub end_like {
  my ($status) = @_;
  if (my $signal = $status & 127) {
    $SIG{$_} = 'DEFAULT' for keys %signals;
    kill $signal => $$;
    exit 128 + $signal; # if the signal is ignored or blocked
  }
  exit($status >> 8);
}

sub give_up {
  my ($call) = @_;
  my $why = $!;
  remove_cgroups();
  fail("$call: $why", 125);
}

sub fail {
  my ($why, $status) = @_;
  print STDERR "within-limits.pl: $why\n";
  exit $status;
}

# Uses version 2 if it has the controller, otherwise version 1; below our own cgroup, otherwise at the top of the mount. A
# process is in only one folder of a hierarchy, so version 2 needs one folder for both controllers.
sub make_cgroup {
  my ($controller) = @_;
  my $kind = $controller eq 'memory' ? ['memory.max', 'memory.limit_in_bytes'] : ['pids.max', 'pids.max'];
  for (parents($controller)) {
    my ($top, $parent) = @$_;
    my $made = $made{$top};
    next if $made && $made !~ m{^\Q$parent\E/[^/]+$};
    my $folder = $made || "$parent/maas-mirror-" . time . '-' . int(rand 1e9);
    write_to("$parent/cgroup.subtree_control", "+$controller") if -e "$parent/cgroup.subtree_control";
    if (!$made && !mkdir $folder) {
      $why_not = "$parent: $!";
      next;
    }
    my ($file) = grep { -e "$folder/$_" } @$kind;
    if ($file && write_to("$folder/$file", $controller eq 'memory' ? $limit : $most)) {
      # Version 2 then kills all processes at once; version 1 has no such file, and the watcher kills the rest.
      write_to("$folder/memory.oom.group", 1) if -e "$folder/memory.oom.group";
      return $made{$top} = $folder;
    }
    $why_not = "$parent has no controller $controller for its children";
    rmdir $folder unless $made;
  }
  $why_not ||= 'no cgroups are mounted';
  return;
}

# Possible parent folders, each with the top of its hierarchy.
sub parents {
  my ($controller) = @_;
  my ($mounts, $ours) = (read_from('/proc/self/mounts'), read_from('/proc/self/cgroup'));
  my @found;
  for ([qr/cgroup2 \S+/, qr/0::/], [qr/cgroup \S*\b$controller\b\S*/, qr/\d+:(?:\S*,)?$controller(?:,\S*)?:/]) {
    my ($type, $own) = @$_;
    my ($top) = $mounts =~ /^\S+ (\S+) $type/m or next;
    my ($path) = $ours =~ /^$own(\S+)$/m;
    my @folders = grep { -d } defined $path && $path ne '/' ? ("$top$path", $top) : $top;
    push @found, map { [$top, $_] } @folders;
  }
  return @found;
}

# Removes cgroups of killed runs. Those with processes stay; new ones may still wait for their first process.
sub sweep {
  for my $parent (map { $_->[1] } parents('memory'), parents('pids')) {
    opendir my $folder, $parent or next;
    for (readdir $folder) {
      rmdir "$parent/$_" if /^maas-mirror-(\d+)-\d+$/ && $1 < time - 60;
    }
  }
}

# Retries, because the last process may not have ended yet.
sub remove_cgroups {
  my $ebusy = 16;
  for my $folder (grep { defined } values %cgroups) {
    for (1 .. 100) {
      last if rmdir $folder or $! != $ebusy;
      select undef, undef, undef, 0.01;
    }
  }
}

# Available and total bytes of the machine or of the most limited cgroup around us. A cgroup counts cached files as used,
# although the kernel frees them on demand.
sub memory {
  my @least = map { meminfo($_) * 1024 } qw(MemAvailable MemTotal);
  my %seen;
  for (parents('memory')) {
    my ($top, $folder) = @$_;
    for (; length $folder >= length $top; $folder =~ s{/[^/]*$}{}) {
      last if $seen{$folder}++;
      my ($most) = first_line("$folder/memory.max", "$folder/memory.limit_in_bytes") =~ /^(\d+)$/ or next;
      my $used = first_line("$folder/memory.current", "$folder/memory.usage_in_bytes") || 0;
      my %stat = read_from("$folder/memory.stat") =~ /^(\w+) (\d+)$/mg;
      $used -= $stat{total_inactive_file} // $stat{inactive_file} // 0;
      my $left = $most > $used ? $most - $used : 0;
      $least[0] = $left if $left < $least[0];
      $least[1] = $most if $most < $least[1];
    }
  }
  return @least;
}

sub first_line {
  my ($line) = map { split /\n/, read_from($_) } @_;
  return $line // '';
}

sub meminfo {
  my ($name) = @_;
  my ($kilobytes) = read_from('/proc/meminfo') =~ /^$name:\s+(\d+)/m;
  return $kilobytes // 0;
}

sub read_from {
  my ($file) = @_;
  open my $in, '<', $file or return '';
  local $/;
  return <$in> // '';
}

sub write_to {
  my ($file, $text) = @_;
  open my $out, '>', $file or return;
  syswrite $out, $text or return;
  return close $out;
}
