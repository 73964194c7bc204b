import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder';
import { startsOfNode } from './starts-of-node';

const root = join(__dirname, '../..');

it("npx cdk synth checks CloudFormation's own rules and bundles nothing again, in a few seconds of a processor", async () => {
  const [outdir, home] = [temporaryFolder(), temporaryFolder()];
  const bundles = () =>
    ['.built.json', 'assets/functions/plan.js', 'assets/stage/stage.js'].map((file) => {
      const { ino, mtimeMs } = statSync(join(root, 'dist', file));
      return { file, ino, mtimeMs };
    });
  const before = bundles();
  const { NODE_COMPILE_CACHE: _, ...kept } = process.env as Record<string, string>;
  const env = { ...kept, HOME: home, CDK_VALIDATION: 'true', PATH: `${dirname(process.execPath)}:${kept.PATH}` };

  const starts = await startsOfNode(['npx', 'cdk', 'synth', '--output', outdir], { cwd: root, env });

  expect(existsSync(join(outdir, 'MaasMirror.template.json'))).toBe(true);
  const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
  expect(pluginReports).toEqual([]);
  expect(bundles()).toEqual(before);
  expect(starts).toBeLessThan(440);
});
