import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../lib/machine/run';
import { temporaryFolder } from '../fixtures/temporary-folder';

test('who works in directories loads nothing of the AWS SDK', async () => {
  const open = join(__dirname, '../../dist/lib/store/open.js');
  const script = `
    const sdk = () => Object.keys(require.cache).filter((file) => file.includes('@aws-sdk')).length > 0;
    const { openWorkStore } = require(${JSON.stringify(open)});
    openWorkStore(${JSON.stringify(temporaryFolder())})
      .then(() => console.log('a directory:', sdk()))
      .then(() => openWorkStore('s3://work'))
      .then(() => console.log('a bucket:', sdk()));
  `;
  expect(await run([process.execPath, '-e', script], { quiet: true })).toBe('a directory: false\na bucket: true');
});
