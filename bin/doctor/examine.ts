/* bin/doctor: the checks of `doctor`. */

import type { Clients } from '../../lib/cloud/clients';
import type { Terminal } from '../terminal/terminal';
import { bootstrapFinding, cloudFrontFinding, identity, identityFindings, quotaFindings } from './account';
import type { Finding } from './finding';
import { deployed, keyringFinding, machineFindings, signingFinding } from './mirror';

/** What is tested. */
export interface ExamineOptions {
  /** Name of the deployed stack. @default - only the account is tested */
  readonly stack?: string;
  /** Whether real builds are started. @default true */
  readonly build?: boolean;
  readonly signal?: AbortSignal;
  /** Seconds between two polls. @default 5 */
  readonly everySeconds?: number;
}

/** Tests an account and, if given, a deployed stack, check by check. Stops if the remaining checks depend on a failed one. */
export async function* examine(clients: Clients, options: ExamineOptions, terminal: Terminal): AsyncGenerator<Finding> {
  const caller = await identity(clients);
  if ('finding' in caller) {
    yield caller.finding;
    return;
  }
  yield* identityFindings(caller.value);
  yield await bootstrapFinding(clients, caller.value);
  if (options.stack === undefined) {
    yield* await quotaFindings(clients);
    yield await cloudFrontFinding(clients);
    return;
  }
  const mirror = await deployed(clients, options.stack, caller.value.region);
  if ('finding' in mirror) {
    yield mirror.finding;
    return;
  }
  const { status, outputs } = mirror.value;
  yield { name: 'stack', ok: true, found: `${options.stack}, ${status}, serves ${outputs.mirrorUrl}` };
  yield* await quotaFindings(clients, outputs.probeProjectNameArm !== undefined);
  const examination = { ...options, clients, outputs, terminal };
  if (options.build !== false) yield* machineFindings(examination);
  yield await signingFinding(examination);
  yield await keyringFinding(examination);
}
