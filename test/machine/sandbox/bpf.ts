import type { Instruction } from '../../../lib/machine/sandbox/seccomp-filter';

export interface SystemCall {
  readonly audit: number;
  readonly number: number;
  readonly arguments?: readonly bigint[];
  readonly bigEndian?: boolean;
}

/** What a filter answers, as the kernel runs it. */
export type Answer = 'allowed' | { readonly errno: number };

/** A classic BPF machine with the instructions that filters of system calls are made of. It refuses what the kernel would. */
export function answerOf(filter: readonly Instruction[], call: SystemCall): Answer {
  const data = dataOf(call);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const instruction = filter[at];
    if (instruction === undefined) throw new Error(`the filter runs off its end at ${at}`);
    const { code, jumpTrue, jumpFalse, value } = instruction;
    const jump = (isTrue: boolean) => (isTrue ? jumpTrue : jumpFalse);
    if (jumpTrue > 255 || jumpFalse > 255) throw new Error(`${at} jumps further than a byte says`);
    if (code === 0x20) accumulator = call.bigEndian ? data.readUInt32BE(value) : data.readUInt32LE(value);
    else if (code === 0x05) at += value;
    else if (code === 0x15) at += jump(accumulator === value);
    else if (code === 0x35) at += jump(accumulator >= value);
    else if (code === 0x45) at += jump((accumulator & value) !== 0);
    else if (code === 0x06) return value === 0x7fff0000 ? 'allowed' : { errno: errnoOf(value) };
    else throw new Error(`no such instruction: ${code}`);
  }
}

/** `struct seccomp_data` */
function dataOf({ audit, number, arguments: given = [], bigEndian }: SystemCall): Buffer {
  const data = Buffer.alloc(64);
  const [write32, write64] = bigEndian
    ? (['writeUInt32BE', 'writeBigUInt64BE'] as const)
    : (['writeUInt32LE', 'writeBigUInt64LE'] as const);
  data[write32](number >>> 0, 0);
  data[write32](audit, 4);
  for (const [index, value] of given.entries()) data[write64](value, 16 + 8 * index);
  return data;
}

function errnoOf(value: number): number {
  if (value >>> 16 !== 0x5) throw new Error(`neither allowed nor an error: ${value.toString(16)}`);
  return value & 0xffff;
}
