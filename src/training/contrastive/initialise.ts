/** @file First weights as a recipe wants them, over those that the graphs came with (normal, scaled by width and depth). */

import type { NamedArray, Weights } from '../../encoders/parameters.js';
import type { Random } from '../../random.js';
import type { RecipeValues } from './recipes.js';

type Values = Pick<RecipeValues, 'initialisation' | 'logitScale' | 'logitBias'>;

/** Set fresh weights of CLIP's towers and of the loss, in place. */
export function initialise(weights: Weights, values: Values, random: Random): void {
	weights.get('logit_scale')?.data.fill(Math.log(values.logitScale.start));
	weights.get('logit_bias')?.data.fill(values.logitBias);
	if (values.initialisation !== 'torch') return;
	for (const [name, array] of weights) {
		const bound = torchBound(name, array, weights);
		if (bound === undefined) continue;
		const own = random.split(name);
		for (let i = 0; i < array.data.length; i++) array.data[i] = own.uniform(-bound, bound);
	}
}

/**
 * Half the width of the uniform distribution that PyTorch draws a weight of an image tower from, where CLIP leaves it
 * alone: 1 / sqrt(inputs) for convolutions and linear layers, biases included; sqrt(6 / (inputs + outputs)) for packed attention.
 */
function torchBound(name: string, { shape }: NamedArray, weights: Weights): number | undefined {
	const inputs = (of: readonly number[]) => of.slice(1).reduce((a, b) => a * b, 1);
	if (/^visual\.(transformer\..*|attnpool)\.in_proj_weight$/.test(name)) return Math.sqrt(6 / (shape[0]! + shape[1]!));
	const linear =
		/^visual\.transformer\..*\.(out_proj|c_fc|c_proj)\.weight$/.test(name) ||
		// SigLIP's pooling is such a block; the ResNet's, of no MLP, is not.
		/^visual\.attnpool\.(out_proj|mlp\.c_fc|mlp\.c_proj)\.weight$/.test(name) ||
		/^visual\.(transformer\..*|attnpool\.mlp)\.c_(fc|proj)\.bias$/.test(name) ||
		/^visual\.(conv1|.*\.squeeze_excite\.\w+)\.bias$/.test(name);
	// The ResNet's attention pooling has CLIP's own weights, but default biases.
	const pooling = /^visual\.attnpool\.\w_proj\.bias$/.test(name);
	if (linear || pooling) return 1 / Math.sqrt(inputs(weights.get(name.replace(/bias$/, 'weight'))!.shape));
	// Convolutions have four axes; the built-in tower's, [kernel, kernel, in, out], are its own affair.
	const convolution = shape.length === 4 && !name.startsWith('visual.stages.');
	return convolution ? 1 / Math.sqrt(inputs(shape)) : undefined;
}
