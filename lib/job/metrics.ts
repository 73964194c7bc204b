/** What the Look function measures, and alarms watch; dimensions are View and Release. */
export const metrics = {
  namespace: 'MaasMirror',
  /** 1 where the sources have something that is not published, else 0. */
  behind: 'Behind',
  /** Days since the newest version of the release was published. */
  ageDays: 'AgeDays',
} as const;
