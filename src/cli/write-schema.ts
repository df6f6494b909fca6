/** @file `npm run schema`: writes presets/preset.schema.json after the recipe's schema. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.js';
import { presetSchemaFile } from '../recipe/preset.js';

writeFileSync(join(packageRoot(), 'presets', 'preset.schema.json'), presetSchemaFile());
