/**
 * @file Contrastive training of CLIP's two towers: the graph of loss and gradients, and the bound on the logit scale.
 * loss = (CE over rows + CE over columns) / 2 of e^logit_scale cos(I_i, T_j). Source: Radford et al. 2021, figure 3 and section 2.5.
 */

import { type ClipConfig, clipLoss, cosineLogits, imageEmbedding, textEmbedding } from '../encoders/clip.js';
import type { ParameterStore, Weights } from '../encoders/parameters.js';
import type { LayerStatistics } from '../encoders/resnet.js';
import { AtelierError } from '../errors.js';
import { gradients, input, type Tensor } from '../tensor/index.js';

/** What the loss may be told. */
export interface ContrastiveOptions {
	/** Share of each target that is spread over the batch, in [0, 1). Default 0. */
	readonly smoothing?: number;
}

/**
 * The training graph for one batch size. Inputs: `images` [batch, 3, resolution, resolution], normalised; `ids` int32
 * [batch, textLength]; `positions` int32 [batch], see pooledPositions.
 */
export interface ContrastiveProgram {
	/** loss [], logits [batch, batch] (images by texts), grad:NAME for each parameter, mean:NAME and variance:NAME for each batch norm. */
	readonly outputs: Record<string, Tensor>;
	readonly parameters: readonly Tensor[];
	/** Batch norms of a ResNet, for updateRunningStatistics; none for a vision transformer. */
	readonly batchNorms: readonly LayerStatistics[];
}

/**
 * Build the graph of loss and gradients; weights come from the store.
 *
 * @param textLength tokens a row, at most the model's context
 * @throws AtelierError E_ARGUMENT when the batch is too small to contrast or the smoothing is out of range
 */
export function contrastiveProgram(
	config: ClipConfig,
	store: ParameterStore,
	batch: number,
	textLength: number,
	{ smoothing = 0 }: ContrastiveOptions = {},
): ContrastiveProgram {
	if (!Number.isInteger(batch) || batch < 2)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected a batch of at least 2 pairs, got ${batch}; a pair is told apart from the others`,
		);
	if (!(smoothing >= 0 && smoothing < 1))
		throw new AtelierError('E_ARGUMENT', `expected a smoothing of 0 to below 1, got ${smoothing}`);
	const { resolution } = config.vision;
	const images = input('images', [batch, 3, resolution, resolution]);
	const ids = input('ids', [batch, textLength], 'int32');
	const positions = input('positions', [batch], 'int32');

	const batchNorms: LayerStatistics[] = [];
	const pictures = imageEmbedding(config, store, images, { batches: batchNorms });
	const logits = cosineLogits(store, pictures, textEmbedding(config, store, ids, positions));
	const loss = clipLoss(logits, smoothing);

	const parameters = store.all();
	const dParameters = gradients(loss, parameters);
	const outputs: Record<string, Tensor> = { loss, logits };
	parameters.forEach((p, i) => {
		outputs[`grad:${p.name}`] = dParameters[i]!;
	});
	for (const { name, mean, variance } of batchNorms) {
		outputs[`mean:${name}`] = mean;
		outputs[`variance:${name}`] = variance;
	}
	return { outputs, parameters, batchNorms };
}

/** Keep e^logit_scale in [1, largest], in place, as CLIP does after each step. Default 100. */
export function clampLogitScale(weights: Weights, largest = 100): void {
	const scale = weights.get('logit_scale')?.data;
	if (scale?.length !== 1)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected one number 'logit_scale' among the weights, got ${scale?.length ?? 'none'}`,
		);
	scale[0] = Math.min(Math.max(scale[0]!, 0), Math.log(largest));
}
