#!/usr/bin/perl
# Runs a program in a network namespace without routes and forwards its connections to 127.0.0.1:3128 to a Unix socket of
# the machine, where our proxy allows only the sources of the build (lib/machine/gateway/gateway.ts).
#   relay.pl SOCKET -- PROGRAM [ARGUMENT…]
# Start it in that namespace, outside the tree and before any program of the tree. It exits with the program's status.
# Uses only built-in functions of perl, because not every builder's perl has Socket.pm.
use strict;
use warnings;

my ($AF_UNIX, $AF_INET, $SOCK_STREAM, $SOL_SOCKET, $SO_REUSEADDR) = (1, 2, 1, 1, 2);
my $port = 3128;
my $most = 32; # concurrent connections; apt opens one per host

my ($path, $mark, @command) = @ARGV;
die "usage: relay.pl SOCKET -- PROGRAM [ARGUMENT...]\n" unless defined $mark && $mark eq '--' && @command;
die "relay.pl: $path is too long for a socket address\n" if length $path > 107;

bring_up_loopback();
socket(my $listener, $AF_INET, $SOCK_STREAM, 0) or die "relay.pl: socket: $!\n";
setsockopt($listener, $SOL_SOCKET, $SO_REUSEADDR, pack 'i', 1) or die "relay.pl: setsockopt: $!\n";
bind($listener, pack 'S n a4 x8', $AF_INET, $port, pack('C4', 127, 0, 0, 1)) or die "relay.pl: bind: $!\n";
listen($listener, $most) or die "relay.pl: listen: $!\n";

# Its other end closes when this process ends for any reason; programs that it starts do not inherit it.
pipe(my $alive, my $ours) or die "relay.pl: pipe: $!\n";
my $relay = fork;
die "relay.pl: fork: $!\n" unless defined $relay;
if ($relay == 0) {
  close $ours;
  setpgrp 0, 0;
  serve($alive);
  kill 'KILL', -$$;
}
setpgrp $relay, $relay; # in parent and child, because either may run first
close $listener;
close $alive;
my $program = fork;
die "relay.pl: fork: $!\n" unless defined $program;
if ($program == 0) {
  exec { $command[0] } @command or do { print STDERR "relay.pl: $command[0]: $!\n"; exit 127 };
}
$SIG{$_} = sub { kill $_[0], $program } for qw(TERM INT HUP QUIT);
my $ended;
my $eintr = 4; # the number, because %! requires a module
do { $ended = waitpid $program, 0 } while $ended == -1 && $! == $eintr;
my $status = $?;
kill 'KILL', -$relay;
waitpid $relay, 0;
exit $status >> 8 unless $status & 127;
$SIG{$_} = 'DEFAULT' for qw(TERM INT HUP QUIT);
kill $status & 127, $$;
exit 128 + ($status & 127);

# ioctl SIOCSIFFLAGS with IFF_UP, because not every builder has a tool for it.
sub bring_up_loopback {
  socket(my $any, $AF_INET, $SOCK_STREAM, 0) or die "relay.pl: socket: $!\n";
  my $request = pack 'a16 s x22', 'lo', 1;
  ioctl($any, 0x8914, $request) or die "relay.pl: loopback: $!\n";
  close $any;
}

# Serves until the pipe closes. Runs in its own process group, so that all its children end with it.
sub serve {
  my ($alive) = @_;
  my $open = 0;
  while (1) {
    my ($wanted, $full) = ('', $open >= $most);
    vec($wanted, fileno $alive, 1) = 1;
    vec($wanted, fileno $listener, 1) = 1 unless $full;
    my $found = select(my $ready = $wanted, undef, undef, $full ? 0.1 : undef);
    $open-- while $open > 0 && waitpid(-1, 1) > 0;
    next if $found <= 0;
    return if vec($ready, fileno $alive, 1);
    accept(my $client, $listener) or next;
    my $pid = fork;
    if (defined $pid && $pid == 0) {
      close $listener;
      close $alive;
      connection($client);
      exit 0;
    }
    $open++ if defined $pid;
    close $client;
  }
}

sub connection {
  my ($client) = @_;
  socket(my $proxy, $AF_UNIX, $SOCK_STREAM, 0) or return;
  connect($proxy, pack 'S a*', $AF_UNIX, "$path\0") or return;
  my $back = fork;
  return unless defined $back;
  if ($back == 0) {
    copy($proxy, $client);
    exit 0;
  }
  copy($client, $proxy);
  waitpid $back, 0;
}

# Copies one direction and passes on its end; the other direction may continue.
sub copy {
  my ($from, $to) = @_;
  $SIG{PIPE} = 'IGNORE';
  my $read;
  while ($read = sysread $from, my $bytes, 65536) {
    my $done = 0;
    while ($done < $read) {
      my $written = syswrite $to, $bytes, $read - $done, $done;
      last unless defined $written;
      $done += $written;
    }
    last if $done < $read;
  }
  shutdown $to, 1;
  shutdown $from, 0 unless defined $read && $read == 0;
}
