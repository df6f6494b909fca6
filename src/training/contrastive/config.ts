/** @file The configuration file of contrastive training: its keys, their defaults, and what a recipe fills in. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { validated } from '../../validation.js';
import { count, modelSchema } from './model-file.js';
import { type RecipeValues, recipeNames, recipeValues } from './recipes.js';
import { type ModelConfig, towersOf } from './towers.js';

const share = z.number().min(0).max(1);
const range = (low: number, high: number) => {
	const end = z.number().min(low).max(high);
	return z.tuple([end, end]).refine(([a, b]) => a <= b, 'expected the smaller number first');
};
const sourceSchema = z.union([
	z.strictObject({
		corpus: z.string().min(1),
		weight: z.number().positive().default(1),
		hard: share.default(1),
	}),
	z.strictObject({
		shards: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
		weight: z.number().positive().default(1),
		crop: range(0.01, 1).default([0.9, 1]),
		mirror: share.default(0),
		shuffle: count.default(5000),
		heldOut: z.number().min(0).max(0.5).default(0.01),
		conceptKey: z.string().default('concept'),
	}),
]);

/** Values that a recipe fills in where the file does not say. */
const recipeSchema = {
	optimizer: z
		.strictObject({
			name: z.enum(['adamw', 'lamb']),
			beta1: z.number().min(0).lt(1),
			beta2: z.number().min(0).lt(1),
			eps: z.number().positive(),
			weightDecay: z.number().min(0),
		})
		.partial()
		.optional(),
	gradientClip: z.number().positive().nullable().optional(),
	learningRate: z.number().positive().optional(),
	schedule: z.enum(['cosine', 'linear', 'constant']).optional(),
	warmup: z.int().min(0).optional(),
	floor: share.optional(),
	loss: z
		.strictObject({ kind: z.enum(['softmax', 'sigmoid']), smoothing: z.number().min(0).lt(1) })
		.partial()
		.optional(),
	logitScale: z
		.strictObject({ start: z.number().positive(), max: z.number().min(1).nullable() })
		.partial()
		.optional(),
	logitBias: z.number().optional(),
	initialisation: z.enum(['torch', 'scaled']).optional(),
};

const fileSchema = z.strictObject({
	recipe: z.enum(recipeNames).default('open_clip'),
	name: z.string().min(1).optional(),
	/** Sizes of a new model; or: */
	model: modelSchema.optional(),
	/** Folder of an encoder to start from, its tokenizer included. */
	from: z.string().min(1).optional(),
	/** A tokenizer.json; by default one is learnt from the captions. */
	tokenizer: z.string().min(1).optional(),
	sources: z.array(sourceSchema).min(1),
	...recipeSchema,
	steps: count.default(1000),
	/** Pairs a step, over all workers. */
	batch: z.int().min(2).max(65_536).default(256),
	/** Pairs that a worker computes at once: what does not fit is computed piece by piece. */
	chunk: count.optional(),
	workers: z.int().min(1).max(256).default(2),
	seed: z
		.int()
		.min(0)
		.max(2 ** 31 - 1)
		.default(1),
	/** What is no negative of a pair: nothing, pairs of the same text, or pairs of the same concept too. */
	positives: z.enum(['pairs', 'texts', 'concepts']).default('pairs'),
	prototypes: z
		.strictObject({
			weight: z.number().positive().default(0.5),
			smoothing: z.number().min(0).lt(1).default(0.05),
			/** Names that samples of shards carry; those of corpora are known. */
			concepts: z.array(z.string()).default([]),
		})
		.optional(),
	lock: z.enum(['image', 'text']).optional(),
	adversarial: z
		.strictObject({
			/** Largest L2 move in [0, 1] pixels: from the first to the second over `ramp` of training. */
			eps: range(0, 1000).default([0.3, 1]),
			ramp: z.number().positive().max(1).default(0.35),
			/** Gradient steps on the picture. */
			steps: z.int().min(1).max(50).default(1),
			/** Train on every picture that is met on the way, not on the last alone. */
			free: z.boolean().default(true),
		})
		.optional(),
	/** Sides of the pictures, each until a share of the steps. */
	sizes: z.array(z.strictObject({ until: z.number().gt(0).max(1), size: count })).default([]),
	ema: z.number().gt(0).lt(1).optional(),
	/** Of the running statistics of batch norms: the share of each new batch. */
	batchNormMomentum: z.number().gt(0).max(1).default(0.1),
	evaluation: z.strictObject({ every: count.default(500), pairs: z.int().min(2).max(5000).default(512) }).prefault({}),
	checkpointEvery: count.default(200),
	report: z
		.strictObject({
			prompts: z.array(z.string().min(1)).max(24).default([]),
			/** Steps of a drawing; 0 for none. */
			drawSteps: z.int().min(0).max(2000).default(80),
			/** Texts whose nearest pictures are shown. */
			examples: z.int().min(0).max(50).default(8),
		})
		.prefault({}),
	engine: z.enum(['onnxruntime', 'tensorflow', 'reference']).default('onnxruntime'),
});

/** A configuration file, checked, before the recipe is applied. */
export type ContrastiveFile = z.infer<typeof fileSchema>;

/** Everything that determines a run, apart from the data itself. */
export interface ContrastiveConfig extends Omit<ContrastiveFile, keyof RecipeValues | 'chunk'>, RecipeValues {
	readonly chunk: number;
}

/** Check a configuration file. @throws AtelierError E_ARGUMENT naming the key that is wrong */
export function parseContrastiveFile(input: unknown): ContrastiveFile {
	const file = validated(fileSchema, input ?? {}, 'E_ARGUMENT', 'training configuration');
	if ((file.model === undefined) === (file.from === undefined))
		throw wrong(
			'model',
			`expected either the sizes of a new 'model' or an encoder to start 'from', got ${file.model ? 'both' : 'neither'}`,
		);
	if (file.lock && file.from === undefined)
		throw wrong('lock', "expected a trained tower to lock: an encoder to start 'from', got a new model");
	if (file.from !== undefined && file.tokenizer !== undefined)
		throw wrong('tokenizer', "expected none beside 'from', whose encoder has its own");
	return file;
}

/** The file with its recipe applied, checked against the model that it is for. @throws AtelierError E_ARGUMENT naming the key that is wrong */
export function contrastiveConfig(file: ContrastiveFile, model: ModelConfig): ContrastiveConfig {
	const recipe = recipeValues(file.recipe, model, file.steps);
	const towers = towersOf(model);
	const chunk = file.chunk ?? defaultChunk(file.batch, file.workers, towers.size);
	const kind = file.loss?.kind ?? recipe.loss.kind;
	const merged = {
		...recipe,
		...defined(file),
		optimizer: { ...recipe.optimizer, ...defined(file.optimizer ?? {}) },
		loss: { kind, smoothing: file.loss?.smoothing ?? (kind === recipe.loss.kind ? recipe.loss.smoothing : 0) },
		logitScale: { ...recipe.logitScale, ...defined(file.logitScale ?? {}) },
		chunk,
	} as ContrastiveConfig;
	if (file.batch % chunk !== 0) throw wrong('chunk', `expected a divisor of the batch of ${file.batch}, got ${chunk}`);
	if (file.workers > file.batch / chunk)
		throw wrong(
			'workers',
			`expected at most ${file.batch / chunk}, as there are chunks, got ${file.workers}; lower 'chunk'`,
		);
	if (merged.warmup >= file.steps && file.steps > 1)
		throw wrong('warmup', `expected fewer steps than the ${file.steps} of the run, got ${merged.warmup}`);
	if (merged.loss.kind === 'sigmoid' && merged.loss.smoothing > 0)
		throw wrong('loss.smoothing', `expected 0 with the sigmoid loss, got ${merged.loss.smoothing}`);
	if (file.adversarial && file.lock === 'image' && file.adversarial.free)
		throw wrong('adversarial', 'expected no attack on a locked image tower; it would not learn from it');
	checkSizes(file.sizes, towers);
	return merged;
}

/** The file with its paths made absolute, from the folder that it lies in; an encoder may be meant by its name. */
export function resolvePaths(file: ContrastiveFile, folder: string): ContrastiveFile {
	const at = (path: string) =>
		path
			.split('::')
			.map((one) => resolve(folder, one))
			.join('::');
	const { from, tokenizer } = file;
	return {
		...file,
		...(from !== undefined && { from: existsSync(at(from)) ? at(from) : from }),
		...(tokenizer !== undefined && { tokenizer: at(tokenizer) }),
		sources: file.sources.map((s) =>
			'corpus' in s ? { ...s, corpus: at(s.corpus) } : { ...s, shards: [s.shards].flat().map(at) },
		),
	};
}

/** Side of the pictures at a step. */
export function sizeAt(
	{ sizes, steps }: Pick<ContrastiveConfig, 'sizes' | 'steps'>,
	full: number,
	step: number,
): number {
	return sizes.find(({ until }) => step < until * steps)?.size ?? full;
}

function checkSizes(sizes: ContrastiveFile['sizes'], { size: full, sizeStep }: ReturnType<typeof towersOf>): void {
	sizes.forEach(({ until, size }, i) => {
		if (i > 0 && until <= sizes[i - 1]!.until)
			throw wrong(`sizes.${i}.until`, `expected more than the ${sizes[i - 1]!.until} before it, got ${until}`);
		if (size === full) return;
		if (sizeStep === undefined)
			throw wrong(`sizes.${i}.size`, `expected ${full}, the only side that this image tower takes, got ${size}`);
		if (size > full || size % sizeStep !== 0)
			throw wrong(`sizes.${i}.size`, `expected a multiple of ${sizeStep} of at most ${full}, got ${size}`);
	});
}

/** The largest divisor of the batch that gives every worker a chunk and keeps to half a million pixels. */
function defaultChunk(batch: number, workers: number, size: number): number {
	const most = Math.max(1, Math.min(128, Math.floor(batch / workers), Math.floor(2 ** 19 / size ** 2)));
	for (let chunk = most; ; chunk--) if (batch % chunk === 0) return chunk;
}

const wrong = (key: string, message: string) =>
	new AtelierError('E_ARGUMENT', `training configuration: '${key}': ${message}`);

const defined = <T extends object>(values: T): Partial<T> =>
	Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as Partial<T>;
