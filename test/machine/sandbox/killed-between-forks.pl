# Runs within-limits.pl, which is killed at a moment that is hard to meet: `before` or `after` it forks for the second time.
use strict;
use warnings;

my ($us, $moment, $forks) = ($$, shift, 0);

BEGIN {
  *CORE::GLOBAL::fork = sub () {
    $forks++;
    kill KILL => $us if $forks == 2 && $moment eq 'before';
    my $pid = CORE::fork();
    return $pid if !defined $pid || $pid || $forks != 2;
    kill KILL => $us;
    select undef, undef, undef, 0.01 while getppid == $us;
    return $pid;
  };
}

do './buildspecs/within-limits.pl' or die $@ || $!;
