import { readFileSync } from 'node:fs';

/** A system call that succeeded: its name, and the paths and texts that it was given, in their order. */
export interface Call {
  readonly name: string;
  readonly words: readonly string[];
}

/** What strace is told to write everything to a file that gives a name, bytes or safety to anything. */
export function straceTo(file: string): string[] {
  const calls = [
    'fsync',
    'fdatasync',
    'mkdir',
    'symlink',
    'symlinkat',
    'link',
    'linkat',
    'rename',
    'renameat',
    'renameat2',
  ];
  const writes = ['write', 'writev', 'pwrite64', 'pwritev', 'copy_file_range', 'sendfile', 'ftruncate'];
  return ['strace', '--quiet=all', '-f', '-y', '-s', '4096', '-o', file, '-e', `trace=${[...calls, ...writes]}`];
}

export function callsOf(trace: string): Call[] {
  const begun = new Map<string, string>();
  return readFileSync(trace, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
      const [, first] = /^(.*)<unfinished \.\.\.>$/.exec(text) ?? [];
      if (first !== undefined) {
        begun.set(thread, first);
        return [];
      }
      const whole = text.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? '');
      const [, name, words = '', result] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(whole) ?? [];
      return name === undefined || Number(result) < 0 ? [] : [{ name, words: wordsIn(words) }];
    });
}

/** Of `3</tmp/a>, "b"` the path and the text. */
const wordsIn = (text: string) =>
  [...text.matchAll(/<([^<>]*)>|"([^"]*)"/g)].map(([, path, word]) => path ?? word ?? '');
