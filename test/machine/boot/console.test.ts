import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { watchConsole } from '../../../lib/machine/boot/console';
import { judgeByCloudInit, judgeByLogin } from '../../../lib/stages/boot/judge';

const nonce = '5e2d3f695485e530';
const report = `maas-mirror-boot ${nonce} kernel=6.1.0-56-cloud-amd64 root=overlay modules=present end`;
const transcript = [
  '\u001b[0;32m  OK  \u001b[0m] Reached target multi-user.target',
  'maas-enlist login: [  101.728911] cloud-init[420]: Generating locales',
  '',
  `maas-mirror-boot ${nonce} kernel=6.1.0-56-cl[  110.1] systemd[1]: Stopping`,
  report,
  '',
].join('\r\n');

async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [0, ...cuts.map((cut) => cut % text.length).sort((a, b) => a - b), text.length];
  for (const [at, from] of places.entries()) yield Buffer.from(text.slice(from, places[at + 1] ?? text.length));
}

describe('watching a console', () => {
  it('judges the same report whatever pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        const verdict = await watchConsole(inPieces(transcript, cuts), {
          judge: judgeByCloudInit(nonce),
          onLine: () => {},
        });
        expect(verdict).toEqual({ started: 'kernel=6.1.0-56-cloud-amd64 root=overlay modules=present' });
      }),
      { numRuns: 500 },
    );
  });

  it('does not judge a report that is cut in its last word', async () => {
    const cut = transcript.indexOf('modules=present') + 'modules=p'.length;
    for (const text of [transcript.slice(0, cut), transcript.slice(0, cut + 2)]) {
      const verdict = await watchConsole(inPieces(text, []), { judge: judgeByCloudInit(nonce), onLine: () => {} });
      expect(verdict).toBeUndefined();
    }
  });

  it('takes a prompt for a start although the kernel has the next word', async () => {
    const verdict = await watchConsole(inPieces(transcript, []), { judge: judgeByLogin, onLine: () => {} });
    expect(verdict).toEqual({ started: 'maas-enlist login:' });
  });

  it('hands on every line as a person would read it, an unfinished last one too', async () => {
    const lines: string[] = [];
    await watchConsole(inPieces('one\r\n\u001b[1mtwo\u001b[0m\r\n(initramfs) ', [3, 7]), {
      judge: () => undefined,
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['one', 'two', '(initramfs) ']);
  });

  it('keeps no more of a line that does not end than is shown', async () => {
    const lines: string[] = [];
    async function* endless(): AsyncGenerator<Buffer> {
      for (let at = 0; at < 200; at++) yield Buffer.alloc(10_000, 'x');
    }
    await watchConsole(endless(), { judge: () => undefined, onLine: (line) => lines.push(line) });

    expect(lines.map((line) => line.length)).toEqual([64 * 1024]);
  });
});
