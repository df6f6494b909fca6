/** @file Puts the trained towers together as a folder that drawing loads: model.safetensors (fp16), config.json, tokenizer.json. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltinConfig } from '../encoders/builtin.js';
import type { ConvTowerConfig } from '../encoders/conv-tower.js';
import type { Weights } from '../encoders/parameters.js';
import { type StoredWeights, type WriteOptions, writeSafetensors } from '../encoders/safetensors.js';
import type { TextConfig } from '../encoders/text.js';
import { embeddingWidth } from '../encoders/tower-parts.js';
import { guard, replaceFile } from '../files.js';
import { makeFolder } from '../folders.js';
import type { Provenance } from './corpus/index.js';

/** The parts of a built-in encoder. */
export interface EncoderParts {
	readonly name: string;
	readonly description: string;
	readonly tower: ConvTowerConfig;
	readonly text: TextConfig;
	/** Image tower with running statistics and logit_scale, as training leaves them. */
	readonly imageWeights: Weights;
	readonly textWeights: Weights;
	readonly tokenizer: object;
	readonly bank: { readonly captions: readonly string[]; readonly embeddings: readonly Float32Array[] };
	readonly words: readonly string[];
	readonly maxScale: number;
	readonly provenance: Provenance;
}

/** Write the folder. */
export function writeEncoder(folder: string, parts: EncoderParts): void {
	const weights: Weights = new Map();
	for (const [name, array] of parts.imageWeights) if (name.startsWith('visual.')) weights.set(name, array);
	for (const [name, array] of parts.textWeights) weights.set(name, array);
	const width = embeddingWidth(parts.tower);
	const bank = new Float32Array(parts.bank.embeddings.length * width);
	for (const [i, e] of parts.bank.embeddings.entries()) bank.set(e, i * width);
	weights.set('bank', { shape: [parts.bank.embeddings.length, width], data: bank });
	const {
		layers,
		heads,
		activation,
		epsilon = 1e-5,
		hidden = 4 * parts.text.width,
		context,
		vocabulary,
		causal,
	} = parts.text;
	const config: BuiltinConfig = {
		format: 'atelier-encoder-1',
		name: parts.name,
		description: parts.description,
		image: {
			size: parts.tower.size,
			stages: parts.tower.stages.map((s) => ({ ...s })),
			embedding: { ...parts.tower.embedding },
		},
		text: { width: parts.text.width, layers, heads, hidden, activation, epsilon, context, vocabulary, causal },
		logitScale: Math.min(parts.maxScale, Math.exp(parts.imageWeights.get('logit_scale')!.data[0]!)),
		bank: [...parts.bank.captions],
		words: [...parts.words],
		...parts.provenance,
	};
	writeModelFolder(folder, { 'config.json': config, 'tokenizer.json': parts.tokenizer }, weights, {
		dtype: 'F16',
		metadata: { format: config.format },
	});
}

/** Write an encoder's files, its weights last and old ones gone before: where weights are, all is of one encoder. @throws AtelierError E_IO */
export function writeModelFolder(
	folder: string,
	files: Readonly<Record<string, object>>,
	weights: StoredWeights,
	options: WriteOptions,
): void {
	makeFolder(folder);
	const path = join(folder, 'model.safetensors');
	guard(`to write '${path}'`, () => rmSync(path, { force: true }));
	for (const [name, json] of Object.entries(files)) replaceFile(join(folder, name), `${JSON.stringify(json)}\n`);
	writeSafetensors(path, weights, options);
}
