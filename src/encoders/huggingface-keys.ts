/**
 * @file Weights of Hugging Face's CLIPModel under OpenAI's names.
 * Three things differ beyond names: query, key and value are three matrices instead of one, and both projections are transposed.
 */

import { AtelierError } from '../errors.js';
import type { NamedArray, Weights } from './parameters.js';

/** Hugging Face's name (or its part before .weight and .bias) -> OpenAI's. 'pre_layrnorm' is how theirs is spelt. */
const single: Readonly<Record<string, string>> = {
	logit_scale: 'logit_scale',
	'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
	'text_model.embeddings.position_embedding.weight': 'positional_embedding',
	'text_model.final_layer_norm.weight': 'ln_final.weight',
	'text_model.final_layer_norm.bias': 'ln_final.bias',
	'vision_model.embeddings.class_embedding': 'visual.class_embedding',
	'vision_model.embeddings.patch_embedding.weight': 'visual.conv1.weight',
	'vision_model.embeddings.position_embedding.weight': 'visual.positional_embedding',
	'vision_model.pre_layrnorm.weight': 'visual.ln_pre.weight',
	'vision_model.pre_layrnorm.bias': 'visual.ln_pre.bias',
	'vision_model.post_layernorm.weight': 'visual.ln_post.weight',
	'vision_model.post_layernorm.bias': 'visual.ln_post.bias',
};

const transposed: Readonly<Record<string, string>> = {
	'text_projection.weight': 'text_projection',
	'visual_projection.weight': 'visual.proj',
};

const insideBlock: Readonly<Record<string, string>> = {
	'self_attn.out_proj': 'attn.out_proj',
	layer_norm1: 'ln_1',
	layer_norm2: 'ln_2',
	'mlp.fc1': 'mlp.c_fc',
	'mlp.fc2': 'mlp.c_proj',
};

/** Whether these are the weights of a CLIPModel of Hugging Face's, rather than OpenAI's or open_clip's. */
export function hasHuggingFaceKeys(weights: Weights): boolean {
	for (const name of weights.keys()) if (/^(text|vision)_model\./.test(name)) return true;
	return false;
}

/**
 * The same weights under OpenAI's names; arrays that need no rearranging are shared. What CLIP has no use for is left out.
 * @throws E_CHECKPOINT when one of query, key and value is missing
 */
export function fromHuggingFaceKeys(weights: Weights): Weights {
	const out: Weights = new Map();
	for (const [name, array] of weights) {
		if (Object.hasOwn(single, name)) out.set(single[name]!, array);
		else if (Object.hasOwn(transposed, name)) out.set(transposed[name]!, transpose(name, array));
		else {
			const match = /^(text|vision)_model\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name);
			if (!match) continue;
			const [, tower, layer, part, kind] = match as unknown as [string, string, string, string, string];
			const block = `${tower === 'text' ? '' : 'visual.'}transformer.resblocks.${layer}`;
			if (Object.hasOwn(insideBlock, part)) out.set(`${block}.${insideBlock[part]}.${kind}`, array);
			// The first of the three stands for all of them.
			else if (part === 'self_attn.q_proj') out.set(`${block}.attn.in_proj_${kind}`, stack(weights, name));
		}
	}
	return out;
}

/** [out, in] -> [in, out]. */
function transpose(name: string, { shape, data }: NamedArray): NamedArray {
	if (shape.length !== 2)
		throw new AtelierError('E_CHECKPOINT', `expected a matrix for weight '${name}', got [${shape}]`);
	const [rows, columns] = shape as [number, number];
	const turned = new Float32Array(data.length);
	for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = data[r * columns + c]!;
	return { shape: [columns, rows], data: turned };
}

/** Query, key and value of a block, one below the other: [d, ...] three times -> [3 d, ...]. */
function stack(weights: Weights, queryName: string): NamedArray {
	const parts = ['q_proj', 'k_proj', 'v_proj'].map((part) => {
		const name = queryName.replace('q_proj', part);
		const array = weights.get(name);
		if (!array) throw new AtelierError('E_CHECKPOINT', `expected weight '${name}' beside '${queryName}', got none`);
		return array;
	});
	const [first] = parts as [NamedArray, ...NamedArray[]];
	const size = first.data.length;
	if (parts.some((p) => p.data.length !== size))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected query, key and value of one shape beside '${queryName}', got ${parts.map((p) => `[${p.shape}]`).join(', ')}`,
		);
	const data = new Float32Array(3 * size);
	parts.forEach((p, i) => {
		data.set(p.data, i * size);
	});
	return { shape: [3 * first.shape[0]!, ...first.shape.slice(1)], data };
}
