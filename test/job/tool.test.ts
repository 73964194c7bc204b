import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toolVersion } from '../../lib/job/tool';

it('says of itself what package.json says', () => {
  expect(toolVersion).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
