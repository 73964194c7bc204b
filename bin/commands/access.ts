import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal';
import { addAccessAdd } from './access/add';
import { addAccessList } from './access/list';
import { addAccessRevoke } from './access/revoke';

/** The commands about who may read a deployed mirror. */
export function addAccess(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const access = program.command('access').description('say which sites may read a deployed mirror (with basicAuth)');
  addAccessAdd(access, terminal, done);
  addAccessRevoke(access, terminal, done);
  addAccessList(access, terminal, done);
}
