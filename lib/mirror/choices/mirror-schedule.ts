import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { refused } from '../refusals/synth-error';
import { requireKnown } from './known-at-synth';
import { faultOfExpression } from './schedule-expression';

/** How often a mirror checks for updates. It builds only what has changed, so frequent checks cost next to nothing. */
export class MirrorSchedule {
  /** At 17 minutes past each hour: on the hour, load is highest. */
  static readonly HOURLY = new MirrorSchedule('cron(17 * * * ? *)');
  /** At 06:17 UTC, after Ubuntu's daily images are published. */
  static readonly DAILY = new MirrorSchedule('cron(17 6 * * ? *)');
  /** On Mondays at 06:17 UTC. */
  static readonly WEEKLY = new MirrorSchedule('cron(17 6 ? * MON *)');

  /**
   * @param expression an EventBridge Scheduler expression in UTC: `cron(0 4 * * ? *)` or `rate(6 hours)`
   * @throws BadInput (misuse) for an expression that Scheduler would reject at deployment
   */
  static expression(expression: string): MirrorSchedule {
    return new MirrorSchedule(expression);
  }

  /**
   * @param word `hourly`, `daily` or `weekly`, as in `mirror.yaml`, or an expression
   * @throws BadInput (misuse)
   */
  static of(word: string): MirrorSchedule {
    const { HOURLY: hourly, DAILY: daily, WEEKLY: weekly } = MirrorSchedule;
    return (
      new Map([
        ['hourly', hourly],
        ['daily', daily],
        ['weekly', weekly],
      ]).get(word) ?? new MirrorSchedule(word)
    );
  }

  readonly expressionString: string;

  private constructor(expressionString: string) {
    requireKnown(['schedule'], expressionString);
    const isText = typeof expressionString === 'string'; // not checked by a compiler in JavaScript
    const fault = isText ? faultOfExpression(expressionString) : 'not a string';
    if (fault !== undefined) throw badSchedule(expressionString, fault);
    this.expressionString = expressionString;
  }

  /** The schedule for constructs of EventBridge Scheduler. */
  toExpression(): ScheduleExpression {
    return ScheduleExpression.expression(this.expressionString);
  }
}

function badSchedule(expression: string, fault: string): Error {
  return refused(
    ['schedule'],
    `is ${JSON.stringify(expression)}: ${fault}`,
    'use MirrorSchedule.HOURLY, DAILY or WEEKLY, or an EventBridge Scheduler expression: MirrorSchedule.of("cron(0 4 * * ? *)"), of("rate(6 hours)")',
  );
}
