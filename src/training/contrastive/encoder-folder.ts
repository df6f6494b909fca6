/** @file Encoders as folders: one to start training from, and the trained one, which `atelier draw --encoder` loads. */

import { builtinConfigSchema } from '../../encoders/builtin.js';
import { modelFiles } from '../../encoders/checkpoints/model-files.js';
import { type ClipConfig, formatClipConfig } from '../../encoders/clip.js';
import { weightsOfMembers } from '../../encoders/ensemble.js';
import { encoderConfig, findEncoder } from '../../encoders/find-encoder.js';
import { formatHuggingFaceConfig } from '../../encoders/huggingface-config.js';
import { readWeights } from '../../encoders/int8-weights.js';
import { readClip } from '../../encoders/open-model.js';
import type { Weights } from '../../encoders/parameters.js';
import { tokenizerJsonFrom } from '../../encoders/tokenizers/find-tokenizer.js';
import { validated } from '../../validation.js';
import { type EncoderParts, writeEncoder, writeModelFolder } from '../assemble.js';
import { joinProvenance, type Provenance, provenanceSchema } from '../corpus/index.js';
import { publishedWeights, readPublished } from './published.js';
import { isImageWeight, type ModelConfig } from './towers.js';

/** An encoder to start from. */
export interface StartingPoint {
	readonly model: ModelConfig;
	readonly weights: Weights;
	/** Contents of tokenizer.json. */
	readonly tokenizer: object;
	readonly provenance: Provenance;
}

/** Read an encoder by name or folder. @throws AtelierError E_ARGUMENT when there is none, E_CHECKPOINT when it is damaged */
export function readEncoderFolder(nameOrPath: string): StartingPoint {
	const found = findEncoder(nameOrPath);
	const files = modelFiles(found);
	const { folder, weights: path } = files;
	const json = encoderConfig(found);
	const tokenizer = tokenizerJsonFrom(folder);
	// Models from elsewhere do not say.
	const provenance = joinProvenance(provenanceSchema.partial().safeParse(json).data ?? {});
	if (!('format' in json)) {
		const published = readPublished(files);
		if (published) return { ...published, tokenizer, provenance };
		const { config: clip, weights, mean, std } = readClip(found);
		return { model: { kind: 'clip', clip, mean, std }, weights, tokenizer, provenance };
	}
	const config = validated(builtinConfigSchema, json, 'E_CHECKPOINT', `config.json in ${folder}`);
	const { image, text, members } = config;
	// An ensemble gives its first member: one pair of towers is trained.
	const weights = weightsOfMembers(readWeights(path), members?.length)[0]!;
	const { logitScale } = members?.[0] ?? config;
	weights.delete('bank');
	weights.set('logit_scale', { shape: [], data: Float32Array.of(Math.log(logitScale)) });
	return { model: { kind: 'builtin', image, text }, weights, tokenizer, provenance };
}

/** A trained encoder; bank and words are kept by the built-in's format alone. */
export interface TrainedEncoder
	extends Pick<EncoderParts, 'name' | 'description' | 'tokenizer' | 'bank' | 'words' | 'maxScale' | 'provenance'> {
	readonly model: ModelConfig;
	readonly weights: Weights;
}

/** Write an encoder: config.json, model.safetensors under OpenAI's names, Hugging Face's for SigLIP and ALIGN (or the built-in's format), tokenizer.json. @throws AtelierError E_IO */
export function writeEncoderFolder(folder: string, encoder: TrainedEncoder): void {
	const { model, weights, tokenizer } = encoder;
	const text: Weights = new Map([...weights].filter(([name]) => isTextWeight(name)));
	if (model.kind === 'builtin') {
		const { name, description, bank, words, maxScale, provenance } = encoder;
		const parts = { name, description, bank, words, maxScale, provenance, tokenizer };
		writeEncoder(folder, { ...parts, tower: model.image, text: model.text, imageWeights: weights, textWeights: text });
		return;
	}
	const all: Weights = new Map([...weights].filter(([name]) => isImageWeight(name) || name.startsWith('logit_')));
	const both: Weights = new Map([...all, ...text]);
	const stored = model.kind === 'clip' ? both : publishedWeights(model, both);
	const files = {
		'config.json': { ...(model.kind === 'clip' ? clipConfigFile(model.clip) : model.config), ...encoder.provenance },
		'tokenizer.json': tokenizer,
		'preprocessor_config.json': { image_mean: model.mean, image_std: model.std },
	};
	writeModelFolder(folder, files, stored, { metadata: { format: 'pt' } });
}

const clipConfigFile = (clip: ClipConfig): object =>
	hasPlainBlocks(clip.vision) && hasPlainBlocks(clip.text) ? formatClipConfig(clip) : formatHuggingFaceConfig(clip);

/** Neither the image tower's nor the loss's own. */
const isTextWeight = (name: string) =>
	!isImageWeight(name) && !name.startsWith('logit_') && !name.startsWith('prototype');

/** Whether MLPs are four times as wide as the tower, which OpenAI's form takes for granted. */
const hasPlainBlocks = (tower: { readonly width: number; readonly hidden?: number }) =>
	tower.hidden === undefined || tower.hidden === 4 * tower.width;
