#!/usr/bin/perl
# Runs a program in a network namespace without routes, and hands on what it sends to 127.0.0.1:3128 there to a Unix
# socket of the machine: to our proxy, which lets through what belongs to the build (lib/machine/gateway/gateway.ts).
#   relay.pl SOCKET -- PROGRAM [ARGUMENT…]
# It is to be started in that namespace, outside the tree and before anything of the tree, and ends as the program does.
# Only what is built into perl is used: not every builder's perl has Socket.pm.
use strict;
use warnings;

my ($AF_UNIX, $AF_INET, $SOCK_STREAM, $SOL_SOCKET, $SO_REUSEADDR) = (1, 2, 1, 1, 2);
my $port = 3128;
my $most = 32; # connections at once: apt has one for each host

my ($path, $mark, @command) = @ARGV;
die "usage: relay.pl SOCKET -- PROGRAM [ARGUMENT...]\n" unless defined $mark && $mark eq '--' && @command;
die "relay.pl: $path is too long for the address of a socket\n" if length $path > 107;

bring_up_loopback();
socket(my $listener, $AF_INET, $SOCK_STREAM, 0) or die "relay.pl: socket: $!\n";
setsockopt($listener, $SOL_SOCKET, $SO_REUSEADDR, pack 'i', 1) or die "relay.pl: setsockopt: $!\n";
bind($listener, pack 'S n a4 x8', $AF_INET, $port, pack('C4', 127, 0, 0, 1)) or die "relay.pl: bind: $!\n";
listen($listener, $most) or die "relay.pl: listen: $!\n";

# Its other end closes with us, whatever ends us; no program that is started inherits it.
pipe(my $alive, my $ours) or die "relay.pl: pipe: $!\n";
my $relay = fork;
die "relay.pl: fork: $!\n" unless defined $relay;
if ($relay == 0) {
  close $ours;
  setpgrp 0, 0;
  serve($alive);
  kill 'KILL', -$$;
}
setpgrp $relay, $relay; # whoever comes first
close $listener;
close $alive;
my $program = fork;
die "relay.pl: fork: $!\n" unless defined $program;
if ($program == 0) {
  exec { $command[0] } @command or do { print STDERR "relay.pl: $command[0]: $!\n"; exit 127 };
}
$SIG{$_} = sub { kill $_[0], $program } for qw(TERM INT HUP QUIT);
my $ended;
my $eintr = 4; # by its number: %! is a module
do { $ended = waitpid $program, 0 } while $ended == -1 && $! == $eintr;
my $status = $?;
kill 'KILL', -$relay;
waitpid $relay, 0;
exit $status >> 8 unless $status & 127;
$SIG{$_} = 'DEFAULT' for qw(TERM INT HUP QUIT);
kill $status & 127, $$;
exit 128 + ($status & 127);

# ioctl SIOCSIFFLAGS with IFF_UP: the tools for it are not on every builder.
sub bring_up_loopback {
  socket(my $any, $AF_INET, $SOCK_STREAM, 0) or die "relay.pl: socket: $!\n";
  my $request = pack 'a16 s x22', 'lo', 1;
  ioctl($any, 0x8914, $request) or die "relay.pl: loopback: $!\n";
  close $any;
}

# Until the pipe closes. A group of its own, so that all that it forks ends with it.
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

# One direction; its end is told to the other side, which may have more to say.
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
