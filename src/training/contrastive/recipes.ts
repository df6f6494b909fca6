/**
 * @file How published models were trained, by name: optimiser, schedule, loss, temperature, initialisation.
 * Sources: CLIP: Radford et al. 2021, table 20; ALIGN: Jia et al. 2021, section 5, with LAMB as timm has it; SigLIP: Zhai et
 * al. 2023, section 4 (its figures for AdamW); open_clip: the defaults of its training script.
 */

import type { OptimizerOptions } from '../optimizer.js';
import { type ModelConfig, towersOf } from './towers.js';

/** What a recipe decides. */
export interface RecipeValues {
	readonly optimizer: OptimizerOptions;
	/** Largest norm of the gradient; null: any. */
	readonly gradientClip: number | null;
	readonly learningRate: number;
	readonly schedule: 'cosine' | 'linear' | 'constant';
	/** Steps; shorter runs than the published warm up over a tenth. */
	readonly warmup: number;
	/** What the learning rate falls to, as a share of the peak. */
	readonly floor: number;
	readonly loss: { readonly kind: 'softmax' | 'sigmoid'; readonly smoothing: number };
	/** Factor on the cosine at first, and at most; null: any. */
	readonly logitScale: { readonly start: number; readonly max: number | null };
	/** Added to the logits of the sigmoid loss at first. */
	readonly logitBias: number;
	/** Of the image tower: PyTorch's defaults, or normal weights scaled by width and depth as in the text tower. */
	readonly initialisation: 'torch' | 'scaled';
}

/** Recipes by name. */
export const recipeNames = ['clip', 'align', 'siglip', 'open_clip'] as const;
export type RecipeName = (typeof recipeNames)[number];

/** The values of a recipe for a model and a number of steps. */
export function recipeValues(name: RecipeName, model: ModelConfig, steps: number): RecipeValues {
	const warmup = (published: number) => Math.min(published, Math.ceil(steps / 10));
	const transformer = model.kind === 'siglip' || (model.kind === 'clip' && model.clip.vision.kind === 'vit');
	// Convolutions were trained with a slower second moment.
	const adam = transformer ? { beta2: 0.98, eps: 1e-6 } : { beta2: 0.999, eps: 1e-8 };
	const clip: RecipeValues = {
		optimizer: { name: 'adamw', beta1: 0.9, ...adam, weightDecay: 0.2 },
		gradientClip: null,
		learningRate: clipRate(model),
		schedule: 'cosine',
		warmup: warmup(2000),
		floor: 0,
		loss: { kind: 'softmax', smoothing: 0 },
		logitScale: { start: 1 / 0.07, max: 100 },
		logitBias: 0,
		initialisation: 'torch',
	};
	switch (name) {
		case 'clip':
			return clip;
		case 'open_clip':
			return { ...clip, learningRate: 5e-4, warmup: warmup(10_000) };
		case 'align':
			return {
				...clip,
				optimizer: { name: 'lamb', beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 1e-5 },
				gradientClip: 1,
				learningRate: 1e-3,
				schedule: 'linear',
				warmup: warmup(10_000),
				loss: { kind: 'softmax', smoothing: 0.1 },
				logitScale: { start: 1, max: null },
				initialisation: 'scaled',
			};
		case 'siglip':
			return {
				...clip,
				optimizer: { name: 'adamw', beta1: 0.9, beta2: 0.95, eps: 1e-6, weightDecay: 1e-4 },
				gradientClip: 1,
				learningRate: 1e-3,
				warmup: warmup(5000),
				loss: { kind: 'sigmoid', smoothing: 0 },
				logitScale: { start: 10, max: null },
				logitBias: -10,
				initialisation: 'scaled',
			};
	}
}

/** CLIP's peak rates: larger towers took smaller ones (x16 and L/14: 4e-4, x64: 3.6e-4). */
function clipRate(model: ModelConfig): number {
	if (model.kind === 'builtin' || model.kind === 'align') return 5e-4;
	const { kind, width } = model.kind === 'clip' ? model.clip.vision : { kind: 'vit', width: towersOf(model).width };
	if (kind === 'vit') return width >= 1024 ? 4e-4 : 5e-4;
	return width >= 128 ? 3.6e-4 : width >= 96 ? 4e-4 : 5e-4;
}
