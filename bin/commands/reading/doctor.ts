import type { Command } from 'commander';
import type { ExamineOptions } from '../../doctor/examine';
import { type Finding, linesOf } from '../../doctor/finding';
import { interruptible } from '../../terminal/interruptible';
import type { Terminal } from '../../terminal/terminal';

export function addDoctor(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('doctor')
    .description('test an AWS account and, with --stack, a deployed stack: quotas, builds, access, signing, site')
    .option('--stack <name>', 'the deployed stack (default: test only the account)')
    .option('--no-build', 'skip the test builds, which take a few minutes and cost a few cents')
    .option('--json', 'print the results as JSON')
    .action(async (options) => {
      const interrupt = interruptible();
      done(await runDoctor({ ...options, signal: interrupt.signal }, terminal).finally(interrupt.end));
    });
}

export interface DoctorOptions extends ExamineOptions {
  readonly json?: boolean;
}

/**
 * Tests what a mirror requires of an account and, if it is deployed, of its stack, and prints what to do about each problem.
 * @returns 0 if there is none, else 1
 */
export async function runDoctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const { openClients } = await import('../../../lib/cloud/clients.js');
  const { examine } = await import('../../doctor/examine.js');
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
