import { type Clients, openClients } from '../../lib/cloud/clients';
import { bootstrapFinding, cloudFrontFinding, identity, identityFindings, quotaFindings } from '../doctor/account';
import { type Finding, linesOf } from '../doctor/finding';
import { deployed, keyringFinding, machineFindings, signingFinding } from '../doctor/mirror';
import type { Terminal } from '../terminal/terminal';

export interface DoctorOptions {
  /** Name of the deployed stack. @default - only the account is tried */
  readonly stack?: string;
  /** Whether real builds are started. @default true */
  readonly build?: boolean;
  readonly json?: boolean;
  readonly signal?: AbortSignal;
  /** Seconds between two looks. @default 5 */
  readonly everySeconds?: number;
}

/**
 * Tries what a mirror needs of an account and, where it is deployed, of its stack, in order, and says of each what to do
 * about it. @returns 0 where all is well, else 1
 */
export async function runDoctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  using clients = openClients();
  const findings: Finding[] = [];
  for await (const finding of examine(clients, options, terminal)) {
    findings.push(finding);
    if (!options.json) for (const line of linesOf(finding)) terminal.out(line);
  }
  const ok = findings.every((finding) => finding.ok);
  if (options.json) terminal.out(JSON.stringify({ ok, findings }, undefined, 2));
  return ok ? 0 : 1;
}

async function* examine(clients: Clients, options: DoctorOptions, terminal: Terminal): AsyncGenerator<Finding> {
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
