import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { MirrorError } from '../../errors';
import { requireKnown } from './known-at-synth';
import { faultOfExpression } from './schedule-expression';

/** How often a mirror looks for news. It builds only what is new, so looking often costs next to nothing. */
export class MirrorSchedule {
  static readonly HOURLY = new MirrorSchedule('cron(17 * * * ? *)'); // not at the full hour, when everybody looks
  /** In the morning, UTC, after Ubuntu's daily images. */
  static readonly DAILY = new MirrorSchedule('cron(17 6 * * ? *)');
  /** On Mondays. */
  static readonly WEEKLY = new MirrorSchedule('cron(17 6 ? * MON *)');

  /**
   * @param expression of EventBridge Scheduler: `cron(0 4 * * ? *)` or `rate(6 hours)`, UTC
   * @throws BadInput (misuse) for what Scheduler would refuse at the deployment
   */
  static expression(expression: string): MirrorSchedule {
    return new MirrorSchedule(expression);
  }

  /**
   * @param word `hourly`, `daily` or `weekly`, as in `mirror.yaml`, or what `expression` takes
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
    requireKnown('schedule', expressionString);
    const isText = typeof expressionString === 'string'; // JavaScript gives anything
    const fault = isText ? faultOfExpression(expressionString) : 'it is no text';
    if (fault !== undefined) throw badSchedule(expressionString, fault);
    this.expressionString = expressionString;
  }

  /** As EventBridge Scheduler wants it. */
  toExpression(): ScheduleExpression {
    return ScheduleExpression.expression(this.expressionString);
  }
}

function badSchedule(expression: string, fault: string): MirrorError {
  return new MirrorError('BadInput', `the property schedule is ${JSON.stringify(expression)}: ${fault}`, {
    hint: 'give MirrorSchedule.of("hourly"), of("daily") or of("weekly"), or an expression of EventBridge Scheduler: cron(0 4 * * ? *), rate(6 hours)',
    misuse: true,
  });
}
