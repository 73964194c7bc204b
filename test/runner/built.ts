import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Set-up of every configuration: many tests run what is in dist/, and it must be what the sources say. */
export default function (): void {
  execFileSync(process.execPath, [join(__dirname, '../../bin/build.mts')], { stdio: 'inherit' });
}
