import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal';

/** The commands about who may read a deployed mirror. */
export function addAccess(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const access = program.command('access').description('say which sites may read a deployed mirror (with basicAuth)');
  access
    .command('add')
    .description('let a site read: makes its password and shows it once, in the commands for MAAS')
    .argument('<site>', 'a name for it: lab-2')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--view <name>', 'view that the site is to read', 'candidate')
    .option('--json', 'print it as JSON')
    .action(async (site: string, options) => {
      const { runAccessAdd } = await import('./access/add.js');
      done(await runAccessAdd({ site, ...options }, terminal));
    });
  access
    .command('revoke')
    .description('let a site read no more')
    .argument('<site>', 'its name')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--json', 'print it as JSON')
    .action(async (site: string, options) => {
      const { runAccessRevoke } = await import('./access/add.js');
      done(await runAccessRevoke({ site, ...options }, terminal));
    });
  access
    .command('list')
    .description('list the sites that may read')
    .requiredOption('--stack <name>', 'the deployed stack')
    .option('--json', 'print them as JSON')
    .action(async (options) => {
      const { runAccessList } = await import('./access/add.js');
      done(await runAccessList(options, terminal));
    });
}
