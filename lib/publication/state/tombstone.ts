import { z } from 'zod';
import { checkedJson } from './parse-document';

/** What is left of a deleted view: it names the view's last state, in which every version has left. */
export interface Tombstone {
  /** Relative to the view. */
  readonly state: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by?: string;
  readonly reason?: string;
}

/** @throws BadFormat */
export function parseTombstone(text: string, where: string): Tombstone {
  return checkedJson<Tombstone>(text, where, { name: 'note of a deleted view', shape });
}

const shape = z.looseObject({
  state: z.string().regex(/^streams\/v1\/[0-9a-f]{64}\.json$/),
  at: z.iso.datetime(),
  by: z.string().optional(),
  reason: z.string().optional(),
});
