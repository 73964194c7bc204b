import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { nameDiskFull } from '../store/durable';

/** Where the output of one build goes. */
export interface BuildLog extends AsyncDisposable {
  readonly path: string;
  /** Every byte goes to the file. @throws DiskFull */
  write(chunk: Buffer): Promise<void>;
  /** The last lines, at most 20, long ones cut. */
  tail(): string[];
}

/** @param onLine gets every line once it is complete */
export async function openBuildLog(path: string, onLine: (line: string) => void): Promise<BuildLog> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  const decoder = new StringDecoder('utf8');
  let last: string[] = [];
  let rest = '';

  return {
    path,
    async write(chunk) {
      await nameDiskFull(path, () => file.writeFile(chunk));
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
      last = [...last, ...lines].slice(-tailLines);
    },
    tail() {
      const lines = rest === '' ? last : [...last, rest];
      return lines.slice(-tailLines).map(shown);
    },
    async [Symbol.asyncDispose]() {
      await file.close();
    },
  };
}

const tailLines = 20;
/** Characters; 20 such lines fit into the 32 KiB that Step Functions allows a cause. */
const tailWidth = 400;

/** A line as a terminal would show it: what a progress bar has overwritten is left out. */
function shown(line: string): string {
  let end = line.length; // a regular expression takes hours for a megabyte of returns before a letter
  while (line[end - 1] === '\r') end--;
  const text = line.slice(0, end);
  return text.slice(text.lastIndexOf('\r') + 1).slice(0, tailWidth);
}
