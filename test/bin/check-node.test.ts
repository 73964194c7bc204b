import { expect, it, onTestFinished, vi } from 'vitest';

/** Loads what every front door loads first, in a Node of this version. @returns what it says, and the code it ends with */
async function startedIn(version: string) {
  const said: string[] = [];
  const exits: unknown[] = [];
  vi.resetModules();
  vi.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)));
  const versions = { value: { ...process.versions, node: version } };
  vi.stubGlobal('process', Object.create(process, { versions, exit: { value: (code: unknown) => exits.push(code) } }));
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  await import('../../bin/check-node.js');
  return { said, exits };
}

it.each(['22.12.0', '22.20.1', '23.0.0', '24.1.0'])('has nothing to say in Node %s', async (version) => {
  expect(await startedIn(version)).toEqual({ said: [], exits: [] });
});

it.each(['18.20.1', '20.19.0', '21.13.0', '22.0.0', '22.11.9'])('refuses to start in Node %s', async (version) => {
  expect(await startedIn(version)).toEqual({
    said: [
      `cdk-maas-mirror requires Node 22.12 or newer; this is ${version}. Install Node 22.12 or newer. (In a clone, \`npx maas-mirror\` and \`npm run\` use the Node 22 in node_modules.)`,
    ],
    exits: [1],
  });
});
