import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { longestLine, printable } from '../../machine/output/printable';
import { nameDiskFull } from '../../store/durable';

/** The log of one build. */
export interface BuildLog extends AsyncDisposable {
  readonly path: string;
  /** Every byte goes to the file. @throws DiskFull */
  write(chunk: Buffer): Promise<void>;
  /** The last lines, at most 20, long ones truncated. */
  tail(): string[];
}

/** @param onLine called with every line once it is complete */
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
      // Stages print no such long lines, but other programs may.
      rest = (lines.pop() ?? '').slice(0, longestLine);
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
/** Characters; 20 such lines fit into the 32 KiB that Step Functions allows for a cause. */
const tailWidth = 400;

function shown(line: string): string {
  return printable(line).slice(0, tailWidth);
}
