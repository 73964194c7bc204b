import { join } from 'node:path';
import { exceptions } from './exceptions';
import { sourcesIn, twiceFaults } from './faults';

// Runs compiled, from dist/test/house/twice: a step of `npm run lint`.
void twiceFaults(sourcesIn(join(__dirname, '../../../..')), exceptions).then((faults) => {
  if (faults.length === 0) return;
  console.error(faults.join('\n\n'));
  process.exitCode = 1;
});
