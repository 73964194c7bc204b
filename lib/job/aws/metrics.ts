/** Metrics that functions write and alarms watch. */
export const metrics = {
  namespace: 'MaasMirror',
  /**
   * From CheckForUpdates, by StateMachineArn, View and Release: 1 if the sources have updates that are not published and no
   * build of them succeeded recently, else 0.
   */
  behind: 'Behind',
  /** From CheckForUpdates, by StateMachineArn, View and Release: days since the newest version was published. */
  ageDays: 'AgeDays',
  /**
   * From Notify, by StateMachineArn, for every execution that did not succeed: 1 if it failed, 0 if upstream was not ready,
   * or if it was aborted or timed out (AWS has metrics for those two).
   */
  failed: 'Failed',
  /**
   * From Promote, by StateMachineArn, View and Release, and without Release: 1 if a promotion has taken nothing for twice the
   * time of its `after`, although its source has newer versions, else 0.
   */
  standsStill: 'StandsStill',
  /**
   * From CheckForUpdates and Promote, by StateMachineArn, View and Release, and by StateMachineArn alone: days since a release was held without
   * an end.
   */
  heldDays: 'HeldDays',
} as const;

export interface MeasuredCheck {
  readonly stateMachineArn: string;
  readonly view: string;
  readonly release: string;
  readonly at: Date;
  readonly behind: 0 | 1;
  /** When the newest version was published. @default - nothing is published yet */
  readonly published: Date | undefined;
}

/** The log line of CheckForUpdates. */
export function measurements({ stateMachineArn, view, release, at, behind, published }: MeasuredCheck): object {
  const days = published && Math.max(0, (at.getTime() - published.getTime()) / 86_400_000);
  const values = { [metrics.behind]: behind, ...(days !== undefined && { [metrics.ageDays]: days }) };
  return embedded(at, dimensionsOf({ stateMachineArn, view, release, at }), values);
}

export interface Ending {
  readonly stateMachineArn: string;
  /** When Notify received the event: alarms ignore older times. */
  readonly at: Date;
  readonly failed: 0 | 1;
}

/** The log line of Notify. */
export function failureMeasured({ stateMachineArn, at, failed }: Ending): object {
  return embedded(at, { StateMachineArn: stateMachineArn }, { [metrics.failed]: failed });
}

interface MeasuredRelease {
  readonly stateMachineArn: string;
  readonly view: string;
  readonly release: string;
  readonly at: Date;
}

/** A log line of Promote about a release of a promoted view. */
export function promotionMeasured({ standsStill, ...of }: MeasuredRelease & { readonly standsStill: 0 | 1 }): object {
  const dimensions = dimensionsOf(of);
  return embedded(of.at, dimensions, { [metrics.standsStill]: standsStill }, ['StateMachineArn', 'View']);
}

/** A log line about a release that is held without an end. */
export function holdMeasured({ days, ...of }: MeasuredRelease & { readonly days: number }): object {
  return embedded(of.at, dimensionsOf(of), { [metrics.heldDays]: days }, ['StateMachineArn']);
}

function dimensionsOf({ stateMachineArn, view, release }: MeasuredRelease): Record<string, string> {
  return { StateMachineArn: stateMachineArn, View: view, Release: release };
}

/**
 * A log line in CloudWatch's embedded metric format, which becomes metrics.
 * @param fewer names of dimensions by which the values are counted, too
 */
function embedded(
  at: Date,
  dimensions: Readonly<Record<string, string>>,
  values: Readonly<Record<string, number>>,
  fewer?: readonly string[],
): object {
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metrics.namespace,
          Dimensions: [Object.keys(dimensions), ...(fewer === undefined ? [] : [fewer])],
          Metrics: Object.keys(values).map((Name) => ({ Name })),
        },
      ],
    },
    ...dimensions,
    ...values,
  };
}
