import './check-node';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { makeAssets } from './bundle/assets';

const root = join(__dirname, '../..');

makeAssets(root, join(root, 'dist/assets')).then(
  () => chmodSync(join(root, 'dist/bin/maas-mirror.js'), 0o755),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
