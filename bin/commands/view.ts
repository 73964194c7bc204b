import type { Command } from 'commander';
import type { Terminal } from '../terminal/terminal';
import { addViewCreate } from './view/create';
import { addViewDelete } from './view/delete';
import { addViewList } from './view/list';
import { addViewSet } from './view/set';
import { addViewShow } from './view/show';

/** The commands that list, show and change views. */
export function addView(program: Command, terminal: Terminal, done: (code: number) => void): void {
  const view = program.command('view').description('list, show, create, set and delete views');
  addViewList(view, terminal, done);
  addViewShow(view, terminal, done);
  addViewCreate(view, terminal, done);
  addViewSet(view, terminal, done);
  addViewDelete(view, terminal, done);
}
