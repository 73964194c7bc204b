import type { Terminal } from '../../../bin/terminal/terminal';

export interface KeptTerminal extends Terminal {
  /** The lines of standard output, standard error and the status line, and the bytes, in the order they came. */
  readonly outLines: string[];
  readonly errLines: string[];
  readonly statusLines: string[];
  readonly bytes: Buffer[];
}

interface Kept {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** What is answered to a question; a terminal without an answer cannot ask. */
  readonly answer?: (question: string) => boolean;
}

/** A terminal that keeps what is printed. */
export function keptTerminal({ isTTY = false, columns = 120, answer }: Kept = {}): KeptTerminal {
  const outLines: string[] = [];
  const errLines: string[] = [];
  const statusLines: string[] = [];
  const bytes: Buffer[] = [];
  return {
    out: (line) => void outLines.push(line),
    err: (line) => void errLines.push(line),
    isTTY,
    columns,
    writeBinary: (chunk) => void bytes.push(chunk),
    ...(answer && { confirm: async (question: string) => answer(question) }),
    ...(isTTY && { status: (line: string) => void statusLines.push(line) }),
    outLines,
    errLines,
    statusLines,
    bytes,
  };
}
