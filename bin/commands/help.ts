import type { Command } from 'commander';

/** Replaces Commander's help command, which does not know subcommands. */
export function addHelp(program: Command): void {
  program
    .command('help')
    .description('display help for a command')
    .argument('[command...]', 'name of the command, such as: keyring rotate')
    .action((words: string[]) => {
      const named = words.reduce((at, word) => {
        const next = at.commands.find((one) => one.name() === word);
        return next ?? at.error(`error: unknown command '${word}'`);
      }, program);
      named.outputHelp();
    });
}
