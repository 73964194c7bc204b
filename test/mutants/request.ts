/** What was typed, as far as it can be wrong. */
export interface Request {
  readonly room?: readonly string[];
  readonly count: string;
  readonly slow: string;
  readonly budget: string;
}

/**
 * What is wrong with a request.
 * @param rooms that there are
 * @default - nothing is
 */
export function faultOf(request: Request, rooms: readonly string[]): string | undefined {
  for (const name of ['count', 'slow', 'budget'] as const) {
    if (!/^[1-9]\d*$/.test(request[name])) return `--${name} ${request[name]}: not a whole number of 1 or more`;
  }
  const unknown = request.room?.find((room) => !rooms.includes(room));
  return unknown === undefined ? undefined : `--room ${unknown}: not a room (${rooms.join(', ')})`;
}
