/** @file A small CLIP model in the files that a hub has of one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lettersTokenizer } from '../clip-model.js';
import type { Repository } from './fake-hub.js';

const fixtures = join(import.meta.dirname, '../../fixtures');

/** The fixture model as Hugging Face's repositories are made. */
export const tinyModel: Repository = {
	'model.safetensors': readFileSync(join(fixtures, 'vit_tiny.hf.safetensors')),
	'config.json': readFileSync(join(fixtures, 'vit_tiny.hf.config.json')),
	'tokenizer.json': Buffer.from(JSON.stringify(lettersTokenizer)),
};
