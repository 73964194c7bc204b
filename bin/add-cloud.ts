import type { Command } from 'commander';
import { addAccess } from './commands/access';
import { interruptible } from './terminal/interruptible';
import type { Terminal } from './terminal/terminal';

/** The commands about a mirror that is deployed to AWS. */
export function addCloud(program: Command, terminal: Terminal, done: (code: number) => void): void {
  program
    .command('status')
    .description('show the last executions of a deployed stack, and what each view of its mirror holds')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--last <count>', 'how many executions', '10')
    .option('--json', 'print them as JSON')
    .action(async (options) => {
      const { runStatus } = await import('./commands/status.js');
      done(await runStatus(options, terminal));
    });
  program
    .command('doctor')
    .description('test an AWS account and, with --stack, a deployed stack: quotas, builds, access, signing, site')
    .option('--stack <name>', 'the deployed stack (default: test only what a deployment needs)')
    .option('--no-build', 'start no builds, which take some minutes and cents')
    .option('--json', 'print what was found as JSON')
    .action(async (options) => {
      const { runDoctor } = await import('./commands/doctor.js');
      const interrupt = interruptible();
      done(await runDoctor({ ...options, signal: interrupt.signal }, terminal).finally(interrupt.end));
    });
  addAccess(program, terminal, done);
}
