import './check-node';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../lib/job/config';

// `npm run schema` writes mirror.schema.json anew after lib/job/config.ts has changed; a test sees when it was forgotten.
writeFileSync(join(__dirname, '../../mirror.schema.json'), `${JSON.stringify(configSchema(), undefined, 2)}\n`);
