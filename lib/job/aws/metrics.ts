/** What functions measure, and alarms watch. */
export const metrics = {
  namespace: 'MaasMirror',
  /**
   * By CheckForUpdates, for each StateMachineArn, View and Release: 1 where the sources have something that is not published and no build of the order
   * succeeded lately, else 0.
   */
  behind: 'Behind',
  /** By CheckForUpdates, for each StateMachineArn, View and Release: days since the newest version of the release was published. */
  ageDays: 'AgeDays',
  /**
   * By Notify, for each StateMachineArn, of every execution that ended without success: 1 where it failed, 0 where it failed
   * only because upstream was not ready, was aborted or ran out of time (AWS has metrics of those two).
   */
  failed: 'Failed',
} as const;

export interface MeasuredCheck {
  readonly stateMachineArn: string;
  readonly view: string;
  readonly release: string;
  readonly at: Date;
  readonly behind: 0 | 1;
  /** When the newest version was published. @default - nothing was, so far */
  readonly published: Date | undefined;
}

/** What CheckForUpdates writes into its log. */
export function measurements({ stateMachineArn, view, release, at, behind, published }: MeasuredCheck): object {
  const days = published && Math.max(0, (at.getTime() - published.getTime()) / 86_400_000);
  const values = { [metrics.behind]: behind, ...(days !== undefined && { [metrics.ageDays]: days }) };
  return embedded(at, { StateMachineArn: stateMachineArn, View: view, Release: release }, values);
}

export interface Ending {
  readonly stateMachineArn: string;
  /** When it was told of. An alarm does not look back. */
  readonly at: Date;
  readonly failed: 0 | 1;
}

/** What Notify writes into its log. */
export function failureMeasured({ stateMachineArn, at, failed }: Ending): object {
  return embedded(at, { StateMachineArn: stateMachineArn }, { [metrics.failed]: failed });
}

/** A line of a function's log that CloudWatch makes metrics of: its embedded metric format. */
function embedded(
  at: Date,
  dimensions: Readonly<Record<string, string>>,
  values: Readonly<Record<string, number>>,
): object {
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metrics.namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: Object.keys(values).map((Name) => ({ Name })),
        },
      ],
    },
    ...dimensions,
    ...values,
  };
}
