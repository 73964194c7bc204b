import { writeSync } from 'node:fs';

/**
 * One command as it is installed, in a process of its own: `operate-once.js WORD…`. The last line of its standard error says
 * what it took: seconds of CPU time and MiB of memory at its peak, both with the start of Node.
 */
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(2, `${JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS / 1024 })}\n`);
});
require('../bin/maas-mirror.js');
