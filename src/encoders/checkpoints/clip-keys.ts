/** @file Names of the weights of CLIP models: Hugging Face's, open_clip's, OpenAI's. */

import type { KeyTable, Target } from './keys.js';

/** CLIPModel. 'pre_layrnorm' is how theirs is spelt; query, key and value are three matrices instead of one. */
const huggingFace: KeyTable = {
	format: 'Hugging Face',
	sign: /^(text|vision)_model\./,
	keys: {
		'{rest}.position_ids': null,
		'text_projection.weight': { transposed: 'text_projection' },
		'visual_projection.weight': { transposed: 'visual.proj' },
		'text_model.embeddings.token_embedding.weight': 'token_embedding.weight',
		'text_model.embeddings.position_embedding.weight': 'positional_embedding',
		'text_model.final_layer_norm.{kind}': 'ln_final.{kind}',
		'vision_model.embeddings.class_embedding': 'visual.class_embedding',
		'vision_model.embeddings.patch_embedding.weight': 'visual.conv1.weight',
		'vision_model.embeddings.position_embedding.weight': 'visual.positional_embedding',
		'vision_model.pre_layrnorm.{kind}': 'visual.ln_pre.{kind}',
		'vision_model.post_layernorm.{kind}': 'visual.ln_post.{kind}',
		...huggingFaceBlocks('text_model.encoder.layers.{n}', 'transformer.resblocks.{n}'),
		...huggingFaceBlocks('vision_model.encoder.layers.{n}', 'visual.transformer.resblocks.{n}'),
	},
};

/** Blocks of Hugging Face's CLIP and SigLIP towers. */
export function huggingFaceBlocks(from: string, to: string): Record<string, Target> {
	const row = (part: number): Target => ({ part, of: 3, to: `${to}.attn.in_proj_{kind}` });
	return {
		[`${from}.self_attn.q_proj.{kind}`]: row(0),
		[`${from}.self_attn.k_proj.{kind}`]: row(1),
		[`${from}.self_attn.v_proj.{kind}`]: row(2),
		[`${from}.self_attn.out_proj.{kind}`]: `${to}.attn.out_proj.{kind}`,
		[`${from}.layer_norm1.{kind}`]: `${to}.ln_1.{kind}`,
		[`${from}.layer_norm2.{kind}`]: `${to}.ln_2.{kind}`,
		[`${from}.mlp.fc1.{kind}`]: `${to}.mlp.c_fc.{kind}`,
		[`${from}.mlp.fc2.{kind}`]: `${to}.mlp.c_proj.{kind}`,
	};
}

/** Its CustomTextCLIP; otherwise its names are OpenAI's. */
const openClip: KeyTable = {
	format: 'open_clip',
	sign: /^text\./,
	keys: {
		'text.attn_mask': null,
		// A Linear where it has a bias, else a matrix as OpenAI's.
		'text.text_projection.weight': { transposed: 'text_projection' },
		'text.transformer.pooler.{rest}': null,
		'text.{rest}': '{rest}',
	},
};

const openAI: KeyTable = { format: 'OpenAI', sign: /^/, keys: { attn_mask: null } };

/** Of CLIP's formats; the last one fits whatever the others do not. */
export const clipTables = [huggingFace, openClip, openAI];
