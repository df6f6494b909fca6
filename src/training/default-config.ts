/** @file The configuration of stage-1 training: its keys, their defaults (models/builtin/training.json has those of the built-in encoder), and its check. */

import { z } from 'zod';
import { AtelierError } from '../errors.js';
import { colorNames } from '../guidance/color-words.js';
import { validated } from '../validation.js';
import type { ConceptTrainingConfig } from './concept-trainer.js';

const count = z
	.int()
	.min(1)
	.max(1 << 20);
const share = z.number().min(0).max(1);
const positive = z.number().positive();

const towerBase = {
	size: z.int().min(8).max(256).default(32),
	embedding: z
		.strictObject({
			shape: count.default(224),
			color: count.default(32),
			colorShare: z.number().gt(0).lt(1).default(0.2),
		})
		.prefault({}),
};
const stagesSchema = z
	.array(z.strictObject({ channels: count, blocks: z.int().min(0).max(100) }))
	.min(1)
	.max(6);
/** Sizes of the kind of image tower that the built-in encoder has. */
export const convSchema = z.strictObject({
	kind: z.literal('conv').optional(),
	...towerBase,
	stages: stagesSchema.default([
		{ channels: 32, blocks: 0 },
		{ channels: 96, blocks: 1 },
		{ channels: 288, blocks: 1 },
	]),
});
const poolSchema = z.strictObject({
	kind: z.literal('pool'),
	...towerBase,
	stem: count.default(32),
	stages: stagesSchema.default([
		{ channels: 96, blocks: 1 },
		{ channels: 160, blocks: 1 },
	]),
});

/** Sizes of an image tower. */
export const towerSchema = z.discriminatedUnion('kind', [convSchema, poolSchema]);

/** The file's layout; everything has a default but the number of concepts, which the corpus knows. */
const configSchema = z.strictObject({
	objective: z
		.strictObject({
			tower: towerSchema.prefault({}),
			concepts: count.optional(),
			colors: count.default(colorNames.length),
			smoothing: share.default(0.05),
			maxScale: positive.default(40),
			colorWeight: z.number().min(0).default(0.3),
		})
		.prefault({}),
	steps: count.default(4000),
	batch: count.default(128),
	shares: z.int().min(1).max(64).default(2),
	seed: z
		.int()
		.min(0)
		.max(2 ** 31 - 1)
		.default(1),
	learningRate: positive.default(2e-3),
	warmup: share.default(0.04),
	floor: share.default(0.02),
	weightDecay: z.number().min(0).default(0.05),
	gradientClip: positive.default(3),
	eps: z.tuple([z.number().min(0), z.number().min(0)]).default([0.3, 1]),
	epsRamp: z.number().positive().max(1).default(0.35),
	nonsense: z.number().min(0).max(0.9).default(0),
	engine: z.enum(['onnxruntime', 'tensorflow', 'reference']).default('onnxruntime'),
});

/** A configuration as people write it. */
export type TrainingConfigInput = z.input<typeof configSchema>;

/**
 * Check a configuration and fill in the defaults.
 *
 * @param concepts of the corpus
 * @throws AtelierError E_ARGUMENT naming the key that is wrong
 */
export function trainingConfig(input: unknown, concepts: number): ConceptTrainingConfig {
	const { objective, ...rest } = validated(configSchema, input ?? {}, 'E_ARGUMENT', 'training configuration');
	if (objective.colors !== colorNames.length)
		throw new AtelierError(
			'E_ARGUMENT',
			`training configuration: objective.colors: expected ${colorNames.length}, as there are colour words, got ${objective.colors}; leave it out`,
		);
	if (objective.concepts !== undefined && objective.concepts !== concepts)
		throw new AtelierError(
			'E_ARGUMENT',
			`training configuration: objective.concepts: expected ${concepts}, as the corpus has, got ${objective.concepts}; leave it out`,
		);
	return { ...rest, objective: { ...objective, concepts } };
}
