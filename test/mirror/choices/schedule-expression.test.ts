import { Fn } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MirrorSchedule } from '../../../lib';
import { refused } from './refused';

describe('a schedule', () => {
  it.each([
    ...['rate(1 minute)', 'rate(6 hours)', 'rate(1 day)', 'rate(30 days)', 'at(2026-12-24T18:00:00)'],
    ...[
      'cron(0 4 * * ? *)',
      'cron(0/15 * ? * MON-FRI *)',
      'cron(17 6 ? * mon,3 2026-2030)',
      'cron(0 8 1,15 jan-mar ? *)',
    ],
    ...[
      'cron(0 0 L * ? *)',
      'cron(0 0 LW * ? *)',
      'cron(0 0 15W * ? *)',
      'cron(15 10 ? * 6L *)',
      'cron(0 9 ? * FRI#2 *)',
    ],
    ...['cron(*/10 8-18 * * ? *)', 'cron(0 9 ? * L *)', 'cron(0/59 0-23 1-31 1-12 ? 1970-2199)', 'cron(0 0 ? * 1-7 *)'],
    ...['cron(0 0 L-5 * ? *)', 'cron(0 0 31W * ? *)', 'rate(999999999 minutes)', 'rate(5 hour)'],
  ])('may be %s', (expression) => {
    expect(MirrorSchedule.expression(expression).expressionString).toBe(expression);
  });

  it.each([
    ['every 6 hours', /"every 6 hours": not rate/],
    ['', /: not rate/],
    ['rate(6 hours', /: not rate/],
    ['rate (6 hours)', /: not rate/],
    ['0 4 * * ? *', /: not rate/],
    ['rate(0 hours)', /a whole number above 0/],
    ['rate(1.5 hours)', /a whole number above 0/],
    ['rate(6  hours)', /the unit of a rate must be minutes, hours or days, not ""|whole number/],
    ['rate(2 weeks)', /minutes, hours or days, not "weeks"/],
    ['at(2026-02-30T00:00:00)', /an existing date and time/],
    ['at(2026-12-24)', /an existing date and time/],
    ['at(tomorrow)', /an existing date and time/],
    ['cron(0 4 * * *)', /cron needs 6 fields \(minutes, hours, .*\), not 5/],
    ['cron(0 4 * * * *)', /must be \?, and not both/],
    ['cron(0 4 ? * ? *)', /must be \?, and not both/],
    ['cron(60 4 * * ? *)', /"60" is not valid in the field minutes \(0 to 59\)/],
    ['cron(0 24 * * ? *)', /"24" is not valid in the field hours/],
    ['cron(0 4 0 * ? *)', /"0" is not valid in the field day of the month/],
    ['cron(0 4 * 13 ? *)', /"13" is not valid in the field month/],
    ['cron(0 4 ? * 0 *)', /"0" is not valid in the field day of the week/],
    ['cron(0 4 ? * MONDAY *)', /"MONDAY" is not valid/],
    ['cron(0 4 * * ? 1969)', /"1969" is not valid in the field year/],
    ['cron(? 4 * * ? *)', /"\?" is not valid in the field minutes/],
    ['cron(0/0 4 * * ? *)', /"0\/0" is not valid/],
    ['cron(0/5.5 4 * * ? *)', /"0\/5\.5" is not valid/],
    ['cron(0/60 4 * * ? *)', /"0\/60" is not valid/],
    ['cron(0/1/2 4 * * ? *)', /"0\/1\/2" is not valid/],
    ['cron(5.5 4 * * ? *)', /"5\.5" is not valid/],
    ['cron(0 4 * * ? 2200)', /"2200" is not valid in the field year \(1970 to 2199\)/],
    ['cron(0 4 ? * XMON#1 *)', /"XMON#1" is not valid/],
    ['cron(0 4 ? * MON#1X *)', /"MON#1X" is not valid/],
    ['cron(0 4 XL * ? *)', /"XL" is not valid/],
    ['cron(0 4 LX * ? *)', /"LX" is not valid/],
    ['rate(1234567890 hours)', /a whole number above 0/],
    ['rate(x1 hours)', /a whole number above 0/],
    ['rate(1x hours)', /a whole number above 0/],
    ['rate(1 xhours)', /not "xhours"/],
    ['rate(1 hourss)', /not "hourss"/],
    ['at(x2026-12-24T18:00:00)', /an existing date and time/],
    ['at(2026-12-24T18:00:00Z)', /an existing date and time/],
    ['at(2026-12-24T25:00:00)', /an existing date and time/],
    ['cron(1-2-3 4 * * ? *)', /"1-2-3" is not valid/],
    ['cron(0, 4 * * ? *)', /"0," is not valid/],
    ['cron(0 4 32W * ? *)', /"32W" is not valid/],
    ['cron(0 4 ? * MON#6 *)', /"MON#6" is not valid/],
  ])('refuses %j and says what is wrong', (expression, message) => {
    expect(() => MirrorSchedule.expression(expression)).toThrow(refused(message));
    expect(() => MirrorSchedule.of(expression)).toThrow(refused(/^schedule is /));
  });

  it('may be any time of any day', () => {
    const time = fc.tuple(
      fc.integer({ min: 0, max: 59 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 1, max: 7 }),
    );
    fc.assert(
      fc.property(time, ([minute, hour, day]) => {
        MirrorSchedule.expression(`cron(${minute} ${hour} ? * ${day} *)`);
        MirrorSchedule.expression(`cron(${minute} ${hour} ${day} ${day} ? *)`);
      }),
    );
  });

  it('refuses a token as one', () => {
    expect(() => MirrorSchedule.expression(Fn.importValue('Schedule'))).toThrow(
      refused(/^schedule is a token, but must be known at synth\n/),
    );
  });
});
