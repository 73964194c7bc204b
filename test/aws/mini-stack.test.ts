import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../lib/machine/run';
import { emulatorVenv, startMiniStack } from './mini-stack';

describe('the emulator', () => {
  it('answers on its own port, twice on one machine, and is gone at the end', async () => {
    const urls: string[] = [];
    {
      await using one = await startMiniStack();
      await using other = await startMiniStack();
      urls.push(one.url, other.url);
      for (const url of urls) expect((await fetch(`${url}/_ministack/health`)).ok).toBe(true);
    }

    expect(new Set(urls).size).toBe(2);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow();
  });

  it('has the linter of templates beside it', async () => {
    expect(await run([join(await emulatorVenv(), 'bin/cfn-lint'), '--version'], { quiet: true })).toMatch(/cfn-lint/);
  });
});
