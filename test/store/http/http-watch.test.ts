import { expect, it } from 'vitest';
import { type Pace, systemClock, Watch } from '../../../lib/store/http/http-watch';

/** A watch, and a clock that is moved by hand. */
function watched(pace: Pace) {
  const waiting = new Map<() => void, number>();
  const watch = new Watch(pace, (milliseconds, call) => {
    waiting.set(call, milliseconds);
    return () => void waiting.delete(call);
  });
  const ring = (over: number) => {
    for (const [call, milliseconds] of [...waiting]) if (milliseconds === over && waiting.delete(call)) call();
  };
  return { watch, ring, due: () => [...waiting.values()].sort((a, b) => a - b) };
}

const [minute, fiveMinutes, tenMinutes] = [60_000, 300_000, 600_000];

it('a file is waited for as long as something comes, and fast enough', () => {
  const { watch, ring, due } = watched({ silenceMs: minute });
  expect(due()).toEqual([minute, fiveMinutes]);

  for (let times = 0; times < 3; times += 1) {
    watch.came(1_500_000);
    watch.came(1_500_000);
    ring(fiveMinutes);
    expect([watch.why, watch.signal.aborted, due()]).toEqual([undefined, false, [minute, fiveMinutes]]);
  }
});

it('each five minutes are counted by themselves', () => {
  const { watch, ring } = watched({ silenceMs: minute });
  watch.came(9_000_000);
  ring(fiveMinutes);
  watch.came(2_999_999);
  ring(fiveMinutes);

  expect([watch.why, watch.signal.aborted]).toEqual(['sent only 2999999 bytes in 5 minutes', true]);
});

it('a document has a time for all of it, and no rate', () => {
  const { watch, ring, due } = watched({ silenceMs: minute, wholeMs: tenMinutes });
  expect(due()).toEqual([minute, tenMinutes]);
  ring(tenMinutes);

  expect([watch.why, watch.signal.aborted]).toEqual(['was not complete after 10 minutes', true]);
});

it('silence is counted anew whenever something came, and not while the reader is busy', () => {
  const { watch, ring, due } = watched({ silenceMs: 1_500 });
  watch.pause();
  expect(due()).toEqual([fiveMinutes]);
  watch.came(1);
  expect(due()).toEqual([1_500, fiveMinutes]);
  ring(1_500);

  expect([watch.why, watch.signal.aborted]).toEqual(['sent nothing for 1.5 s', true]);
});

it('the first reason stays, and nothing rings after the end', () => {
  const { watch, ring, due } = watched({ silenceMs: minute, wholeMs: tenMinutes });
  ring(minute);
  ring(tenMinutes);
  expect(watch.why).toBe('sent nothing for 60 s');
  watch.end();
  expect(due()).toEqual([]);
});

it("this machine's clock calls once, unless it is prevented", async () => {
  const calls: string[] = [];
  const prevent = systemClock(1, () => calls.push('prevented'));
  prevent();
  await new Promise<void>((resolve) => void systemClock(2, resolve));

  expect(calls).toEqual([]);
});
