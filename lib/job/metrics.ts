/** What the Look function measures, and alarms watch; dimensions are View and Release. */
export const metrics = {
  namespace: 'MaasMirror',
  /** 1 where the sources have something that is not published and no build of the order succeeded lately, else 0. */
  behind: 'Behind',
  /** Days since the newest version of the release was published. */
  ageDays: 'AgeDays',
} as const;

export interface Look {
  readonly view: string;
  readonly release: string;
  readonly at: Date;
  readonly behind: 0 | 1;
  /** When the newest version was published. @default - nothing was, so far */
  readonly published: Date | undefined;
}

/** A line of a function's log that CloudWatch makes metrics of: its embedded metric format. */
export function measurements({ view, release, at, behind, published }: Look): object {
  const days = published && Math.max(0, (at.getTime() - published.getTime()) / 86_400_000);
  const names = [metrics.behind, ...(days === undefined ? [] : [metrics.ageDays])];
  return {
    _aws: {
      Timestamp: at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metrics.namespace,
          Dimensions: [['View', 'Release']],
          Metrics: names.map((Name) => ({ Name })),
        },
      ],
    },
    View: view,
    Release: release,
    [metrics.behind]: behind,
    ...(days !== undefined && { [metrics.ageDays]: days }),
  };
}
