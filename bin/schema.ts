import './check-node';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../lib/job/config';

// `npm run schema` writes mirror.schema.json. Run it after a change to lib/job/config.ts; a test notices if it was forgotten.
writeFileSync(join(__dirname, '../../mirror.schema.json'), `${JSON.stringify(configSchema(), undefined, 2)}\n`);
