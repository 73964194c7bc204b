import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal';
import { addAccessAdd } from './access/add';
import { addAccessList } from './access/list';
import { addAccessRevoke } from './access/revoke';

/** The commands that manage access to a deployed mirror. */
export function addAccess(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const access = program
    .command('access')
    .description('manage per-site passwords of a deployed mirror (with basicAuth)');
  addAccessAdd(access, terminal, done);
  addAccessRevoke(access, terminal, done);
  addAccessList(access, terminal, done);
}
